#include "reports/unpack.h"

#include <doctest/doctest.h>

#include "reports/test_reports.h"

using namespace mailfleet::reports;
using namespace mailfleet::reports::test;

namespace {

std::string said(const Read<std::string>& read) {
  if (const Refusal* refusal = std::get_if<Refusal>(&read)) return "refused: " + refusal->reason;
  return std::get<std::string>(read);
}

std::string with_octet(std::string text, size_t at, char octet) {
  text.at(at) = octet;
  return text;
}

}  // namespace

TEST_CASE("unpack: gzip") {
  const std::string packed = gzip("hello");
  CHECK(is_gzip(packed));
  CHECK(said(unpack_gzip(packed)) == "hello");
  CHECK(said(unpack_gzip(packed + gzip(" again"))) == "hello again");
  CHECK(said(unpack_gzip(packed.substr(0, packed.size() - 1))) == "refused: is cut off");
  CHECK(said(unpack_gzip(packed + "xxxxxxxxxx")) == "refused: is damaged");
  CHECK(said(unpack_gzip(with_octet(packed, packed.size() - 6, '\x55'))) == "refused: is damaged");
  CHECK(said(unpack_gzip("\x1f\x8b")) == "refused: is cut off");
}

TEST_CASE("unpack: a bomb is left while it opens") {
  CHECK(said(unpack_gzip(gzip(std::string(20 << 20, ' ')))) ==
        "refused: unpacks to more than 250 times its size");
  CHECK(said(unpack_zip(zip({{"a.xml", std::string(20 << 20, ' ')}}))) ==
        "refused: unpacks to more than 250 times its size");
  // Noise does not shrink: large, but honest about it.
  std::string noise((33 << 20) / 2, '\0');
  uint32_t state = 1;
  for (char& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 29);
  CHECK(said(unpack_gzip(gzip(noise + noise))) == "refused: unpacks to more than a report has");
  CHECK(said(unpack_gzip(std::string((16 << 20) + 1, 'x'))) ==
        "refused: is too large for a report");
}

TEST_CASE("unpack: ZIP") {
  CHECK(is_zip(zip({{"a.xml", "hello"}})));
  CHECK(said(unpack_zip(zip({{"a.xml", "hello"}}))) == "hello");
  CHECK(said(unpack_zip(zip({{"a.xml", "hello", 0}}))) == "hello");
  CHECK(said(unpack_zip(zip({{"../../etc/passwd", "hello"}}))) == "hello");  // a name is nothing
  CHECK(said(unpack_zip(zip({{"folder/", "", 0}, {"folder/a.xml", "hello"}}))) == "hello");
  CHECK(said(unpack_zip(zip({}))) == "refused: holds 0 files; a report is one");
  CHECK(said(unpack_zip(zip({{"a", "1"}, {"b", "2"}}))) ==
        "refused: holds 2 files; a report is one");
  CHECK(said(unpack_zip(zip(std::vector<ZipFile>(17, {"a", "1"})))) ==
        "refused: holds 17 files; a report is one");
  CHECK(said(unpack_zip(zip({{"a.xml", "hello", 12}}))) ==
        "refused: is packed by a method that reports do not use (12)");
}

TEST_CASE("unpack: a damaged ZIP archive") {
  const std::string whole = zip({{"a.xml", "hello", 0}});
  CHECK(said(unpack_zip(replaced(whole, "hello", "hullo"))) ==
        "refused: is damaged: wrong checksum");
  CHECK(said(unpack_zip(whole.substr(0, 40))) == "refused: is damaged: the ZIP archive has no end");
  CHECK(said(unpack_zip(whole.substr(0, whole.size() - 1))).starts_with("refused: is damaged"));
  CHECK(said(unpack_zip(with_octet(whole, whole.size() - 4, '\x7f'))) ==
        "refused: is damaged: an entry is cut off");
  CHECK(said(unpack_zip(replaced(whole, "PK\3\4", "PK\3\5"))) ==
        "refused: is damaged: no file where one should be");
  CHECK(said(unpack_zip(replaced(whole, "PK\1\2", "PK\1\3"))) ==
        "refused: is damaged: no entry where one should be");
  // Encrypted: the lowest bit of the flags of the central directory.
  CHECK(said(unpack_zip(with_octet(whole, whole.find("PK\1\2") + 8, '\1'))) ==
        "refused: is encrypted");
  // Sizes that lie: more than there is.
  CHECK(said(unpack_zip(with_octet(whole, whole.find("PK\1\2") + 23, '\x7f'))) ==
        "refused: is damaged: an entry is cut off");
}

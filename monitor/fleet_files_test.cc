#include "monitor/fleet_files.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "monitor/idn.h"
#include "monitor/operator_error.h"

namespace mailfleet {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("mailfleet-fleet-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  fs::path file(const char* name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("fleet files: each domain once over all files, the first one wins") {
  const Folder folder;
  const LoadedFleet fleet = load_fleet(
      {{folder.file("a.csv", "domain,organisation,sector\nb.gov.uk,B,\na.gov.uk,A,health\n"),
        "council"},
       {folder.file("b.txt", "c.gov.uk\nA.gov.uk\nnot a name\n"), ""}});
  REQUIRE(fleet.entries.size() == 3);
  CHECK(fleet.entries[0].sector == "health");
  CHECK(fleet.entries[1].sector == "council");  // its row names none
  CHECK(fleet.find(*Name::parse("b.gov.uk"))->organisation == "B");
  CHECK_FALSE(fleet.find(*Name::parse("d.gov.uk")));
  CHECK(fleet.files.at(1).list.rejected.size() == 1);
  CHECK(fleet.files.at(1).list.notes.at(0).text.starts_with("a.gov.uk: already in "));
}

TEST_CASE("fleet files: a file that cannot be read is the operator's mistake") {
  CHECK_THROWS_WITH_AS(load_fleet({{"/nonexistent.csv", ""}}),
                       "/nonexistent.csv: cannot be read: No such file or directory",
                       OperatorError);
  CHECK_THROWS_AS(load_fleet({{"/", ""}}), OperatorError);
}

TEST_CASE("fleet files: suffixes of registries are nobody's domain") {
  const auto is_suffix = [](const char* name) {
    return domain_tools().is_public_suffix(*Name::parse(name));
  };
  for (const char* suffix : {"gov.uk", "nhs.uk", "police.uk", "co.uk", "uk"})
    CHECK(is_suffix(suffix));
  for (const char* domain : {"cardiff.gov.uk", "gov.wales", "llyw.cymru", "gov.scot",
                             "homeoffice.gov.uk", "mod.uk", "wales.nhs.uk", "council.test"})
    CHECK_FALSE(is_suffix(domain));
}

TEST_CASE("idn: names with letters beyond ASCII") {
  const auto ascii = [](std::string_view text) {
    const auto name = name_of_people(text);
    return name ? name->text() : "no";
  };
  CHECK(ascii("b\u00fcro.example") == "xn--bro-hoa.example");
  CHECK(ascii("B\u00dcRO.EXAMPLE") == "xn--bro-hoa.example");
  CHECK(ascii("Cardiff.GOV.uk.") == "cardiff.gov.uk");
  CHECK(ascii("m\u00f4n\u3002example") == "xn--mn-8ja.example");  // an ideographic full stop
  CHECK(ascii("\u2603\u202e.example") == "no");
  CHECK(ascii(std::string_view("a\0b.example", 11)) == "no");
  CHECK(ascii("") == "no");
  CHECK(to_u_labels(*Name::parse("xn--bro-hoa.example")) == "b\u00fcro.example");
  CHECK(to_u_labels(*Name::parse("cardiff.gov.uk")) == "cardiff.gov.uk");
  CHECK(to_u_labels(*Name::parse("xn--a.example")) == "xn--a.example");  // a control character
}

}  // namespace mailfleet

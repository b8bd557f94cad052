#include "reports/read_report.h"

#include <doctest/doctest.h>

#include "reports/message.h"
#include "reports/test_reports.h"

using namespace mailfleet::reports;
using namespace mailfleet::reports::test;

namespace {

// The report's ID, or why it is none.
std::string said(const std::string& octets) {
  const Read<Report> read = read_report(octets);
  if (const Refusal* refusal = std::get_if<Refusal>(&read)) return "refused: " + refusal->reason;
  return std::get<Report>(read).id;
}

std::string attached(const std::string& type, const std::string& octets,
                     const std::string& disposition = "Content-Disposition: attachment") {
  return message(
      "Content-Type: " + type + "\r\nContent-Transfer-Encoding: base64\r\n" + disposition,
      base64(octets));
}

}  // namespace

TEST_CASE("reports: in whatever they come") {
  CHECK(said(dmarc()) == "r-1");
  CHECK(said("\xef\xbb\xbf\r\n" + dmarc()) == "r-1");
  CHECK(said(gzip(dmarc())) == "r-1");
  CHECK(said(zip({{"report.xml", dmarc()}})) == "r-1");
  CHECK(said(tls()) == "t-1");
  CHECK(said(gzip(tls())) == "t-1");
  CHECK(said(attached("application/gzip", gzip(dmarc()))) == "r-1");
  CHECK(said(attached("application/zip; name=\"a!b!1!2.zip\"", zip({{"a", dmarc()}}))) == "r-1");
  CHECK(said(attached("application/tlsrpt+gzip", gzip(tls()))) == "t-1");
  CHECK(said(attached("application/tlsrpt+json", tls())) == "t-1");
  CHECK(said(attached("Text/XML; charset=utf-8", dmarc())) == "r-1");
}

TEST_CASE("reports: attachments are known by their name where the type says nothing") {
  const std::string packed = gzip(dmarc());
  CHECK(said(attached("application/octet-stream", packed,
                      "Content-Disposition: attachment;\r\n filename=\"a.xml.gz\"")) == "r-1");
  CHECK(said(attached("application/octet-stream; name=A.XML.GZ", packed)) == "r-1");
  CHECK(said(attached("application/octet-stream", packed,
                      "Content-Disposition: attachment; filename*=utf-8''a.xml.gz")) == "r-1");
  CHECK(said(attached("application/octet-stream; name=logo.png", packed)) ==
        "refused: is a message without a report attached");
}

TEST_CASE("reports: messages of every shape") {
  const std::string xml_part = "Content-Type: text/xml";
  CHECK(said(message(xml_part, dmarc())) == "r-1");
  CHECK(said("From mailer Fri Nov 20 00:00:00 2026\n" + message(xml_part, dmarc())) == "r-1");
  std::string bare = message(xml_part, dmarc());
  std::erase(bare, '\r');
  CHECK(said(bare) == "r-1");
  CHECK(said("Subject: x\nContent-Type: application/xml\n\n" + dmarc()) == "r-1");
  CHECK(said("Subject: forwarded\nContent-Type: message/rfc822\n\n" + message(xml_part, dmarc())) ==
        "r-1");
  const std::string printable = replaced(dmarc(), "<feedback>", "<feed=\r\nback=3E");
  CHECK(said(message(xml_part + "\r\nContent-Transfer-Encoding: quoted-printable", printable)) ==
        "r-1");
  // Cut off behind the attachment: it is whole all the same.
  const std::string whole = message(xml_part, dmarc());
  CHECK(said(whole.substr(0, whole.rfind("--b 1--"))) == "r-1");
}

TEST_CASE("reports: what is none says why") {
  CHECK(said("") == "refused: is empty");
  CHECK(said(" \n ") == "refused: is empty");
  CHECK(said("hello") == "refused: is neither a DMARC report (XML) nor a TLS report (JSON)");
  CHECK(said(gzip("hello")) == "refused: is neither a DMARC report (XML) nor a TLS report (JSON)");
  CHECK(said(gzip(gzip(dmarc()))) ==
        "refused: is neither a DMARC report (XML) nor a TLS report (JSON)");
  CHECK(said(message("Content-Type: image/png", "x")) ==
        "refused: is a message without a report attached");
  const std::string two = attached("application/gzip", gzip(dmarc()));
  CHECK(said(replaced(two, "Content-Type: text/plain", "Content-Type: text/xml")) ==
        "refused: is a message with 2 attachments that may be reports; a report is one");
  CHECK(said(message("Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64",
                     "not base64!")) == "refused: the attachment is no base64");
  CHECK(said(message("Content-Type: application/gzip\r\nContent-Transfer-Encoding: base64",
                     "H4s")) == "refused: the attachment is no base64: it is cut off");
  CHECK(said(message("Content-Type: text/xml\r\nContent-Transfer-Encoding: x-uuencode", "x")) ==
        "refused: the attachment is encoded in a way that mail does not know: \"x-uuencode\"");
  CHECK(said(message("Content-Type: text/xml\r\nContent-Transfer-Encoding: quoted-printable",
                     "a=zz")) == "refused: the attachment is no quoted-printable text");
  CHECK(said(message("Content-Type: multipart/mixed", "x")) ==
        "refused: the message is damaged: a multipart without a proper boundary");
}

TEST_CASE("reports: messages that ask for too much") {
  std::string deep;
  for (int i = 0; i < 10; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
            std::to_string(i) + "\n";
  CHECK(said(deep) == "refused: the message has too many parts in parts");
  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 200; ++i) wide += "--b\n\nx\n";
  CHECK(said(wide) == "refused: the message has too many parts");
  CHECK(said("A: " + std::string(300'000, 'x') + "\n\n") ==
        "refused: the message has too large a header");
  CHECK(said("A: b\n" + std::string(17 << 20, 'x')) == "refused: is too large for a report");
}

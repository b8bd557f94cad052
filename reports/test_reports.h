// Reports for the tests of this folder, as they come, and their wrappings.
#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reports/report.h"

namespace mailfleet::reports::test {

using Reader = Read<Report> (*)(std::string_view text);

// What `reader` makes of a good report, and why it refuses another.
inline Report good(Reader reader, const std::string& text) {
  Read<Report> read = reader(text);
  if (const Refusal* refusal = std::get_if<Refusal>(&read))
    throw std::logic_error("refused: " + refusal->reason);
  return std::get<Report>(std::move(read));
}

inline std::string refused(Reader reader, const std::string& text) {
  const Read<Report> read = reader(text);
  const Refusal* refusal = std::get_if<Refusal>(&read);
  return refusal ? refusal->reason : "accepted";
}

inline std::string replaced(std::string text, std::string_view part, std::string_view by) {
  const size_t at = text.find(part);
  if (at == text.npos) throw std::logic_error("not in the text: " + std::string(part));
  return text.replace(at, part.size(), by);
}

inline std::string record(const std::string& source, const std::string& count,
                          const std::string& disposition, const std::string& dkim,
                          const std::string& spf) {
  return "<record><row><source_ip>" + source + "</source_ip><count>" + count +
         "</count><policy_evaluated><disposition>" + disposition + "</disposition><dkim>" + dkim +
         "</dkim><spf>" + spf +
         "</spf></policy_evaluated></row><identifiers><header_from>council.gov.uk</header_from>"
         "</identifiers></record>";
}

inline std::string dmarc(const std::string& records = record("192.0.2.1", "10", "none", "pass",
                                                             "fail")) {
  return "<feedback><report_metadata><org_name>Receiver &amp; Sons</org_name>"
         "<email>d@receiver.example</email><report_id>r-1</report_id>"
         "<date_range><begin>1795132800</begin><end>1795219199</end></date_range>"
         "</report_metadata><policy_published><domain>council.gov.uk</domain><p>reject</p>"
         "</policy_published>" +
         records + "</feedback>";
}

inline std::string tls() {
  return R"({"organization-name":"Receiver","date-range":{"start-datetime":"2026-11-20T00:00:00Z",)"
         R"("end-datetime":"2026-11-20T23:59:59Z"},"contact-info":"t@receiver.example",)"
         R"("report-id":"t-1","policies":[{"policy":{"policy-type":"sts","policy-string":)"
         R"(["version: STSv1"],"policy-domain":"council.gov.uk","mx-host":["mx.council.gov.uk"]},)"
         R"("summary":{"total-successful-session-count":5326,"total-failure-session-count":303},)"
         R"("failure-details":[{"result-type":"certificate-expired","failed-session-count":100},)"
         R"({"result-type":"starttls-not-supported","failed-session-count":200}]}]})";
}

inline std::string gzip(std::string text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string little(uint64_t number, size_t octets) {
  std::string out;
  for (; out.size() < octets; number >>= 8) out += static_cast<char>(number & 0xff);
  return out;
}

// The body of a gzip file without its header and trailer.
inline std::string deflated(const std::string& text) {
  const std::string packed = gzip(text);
  return packed.substr(10, packed.size() - 18);
}

struct ZipFile {
  std::string name{};
  std::string text{};
  uint64_t method = 8;  // 0: stored
};

inline std::string zip(const std::vector<ZipFile>& files) {
  std::string out;
  std::string directory;
  for (const ZipFile& file : files) {
    const std::string packed = file.method == 8 ? deflated(file.text) : file.text;
    const uLong sum =
        crc32_z(0, reinterpret_cast<const Bytef*>(file.text.data()), file.text.size());
    const std::string common = little(0, 2) + little(file.method, 2) + little(0, 4) +
                               little(sum, 4) + little(packed.size(), 4) +
                               little(file.text.size(), 4) + little(file.name.size(), 2) +
                               little(0, 2);
    directory += "PK\1\2" + little(20, 2) + little(20, 2) + common + little(0, 10) +
                 little(out.size(), 4) + file.name;
    out += "PK\3\4" + little(20, 2) + common + file.name + packed;
  }
  const size_t at = out.size();
  return out + directory + "PK\5\6" + little(0, 4) + little(files.size(), 2) +
         little(files.size(), 2) + little(directory.size(), 4) + little(at, 4) + little(0, 2);
}

inline std::string base64(std::string_view octets) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t at = 0; at < octets.size(); at += 3) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i)
      bits = bits << 8 | (at + i < octets.size() ? static_cast<unsigned char>(octets[at + i]) : 0);
    for (size_t i = 0; i < 4; ++i)
      out += at + i > octets.size() ? '=' : alphabet[bits >> (18 - 6 * i) & 63];
    if (out.size() % 78 == 76) out += "\r\n";
  }
  return out;
}

inline std::string message(const std::string& part_header, const std::string& part_body) {
  return "From: d@receiver.example\r\nSubject: Report Domain: council.gov.uk\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=tlsrpt;\r\n"
         "\tboundary=\"b 1\"\r\n\r\nFor people.\r\n--b 1\r\nContent-Type: text/plain\r\n\r\n"
         "This is a report.\r\n--b 1\r\n" +
         part_header + "\r\n\r\n" + part_body + "\r\n--b 1--\r\n";
}

}  // namespace mailfleet::reports::test

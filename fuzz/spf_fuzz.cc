// Any records, any sender: check_host() and the audit end, within their limits, and agree with
// themselves. The input's lines are the TXT records of a small world; a hash of the name picks one.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

#include "checks/base/text.h"
#include "checks/spf/audit.h"
#include "checks/spf/check_host.h"

using namespace mailfleet;

namespace {

constexpr int max_passes = 64;

DnsObservation answer(const DnsQuestion& question, const std::vector<std::string_view>& lines) {
  DnsObservation out{.outcome = Outcome::answered, .dnssec = Dnssec::insecure};
  const size_t pick = std::hash<std::string>{}(question.name.text());
  if (question == DnsQuestion{*Name::parse("example.com"), DnsType::txt}) {
    out.txt.emplace_back(lines.front());
    return out;
  }
  if (pick % 7 == 0) return {.outcome = Outcome::failed, .status = DnsStatus::servfail};
  if (pick % 5 == 0) return {.outcome = Outcome::absent, .status = DnsStatus::nxdomain};
  switch (question.type) {
    case DnsType::txt:
      out.txt.emplace_back(lines[pick % lines.size()]);
      break;
    case DnsType::a:
      out.addresses = {Address::v4({192, 0, 2, static_cast<uint8_t>(pick % 4)})};
      break;
    case DnsType::mx:
      out.mx = {{10, question.name}};
      break;
    case DnsType::ptr:
      out.names = {*Name::parse("mail.example.com")};
      break;
    default:
      out.outcome = Outcome::absent;
  }
  return out;
}

// Runs `judge` until nothing is missing.
template <class Judge>
void settle(const std::vector<std::string_view>& lines, Judge judge) {
  Evidence evidence;
  for (int pass = 0; pass < max_passes; ++pass) {
    Facts facts(evidence, Time{});
    judge(facts);
    if (facts.missing().empty()) return;
    for (const Question& each : facts.missing()) {
      if (const auto* of_dns = std::get_if<DnsQuestion>(&each))
        evidence.dns[*of_dns] = answer(*of_dns, lines);
      else
        evidence.add(each, failed_observation(each, ""));
    }
  }
  std::abort();  // it never came to an end
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> lines = split(text, '\n');
  const std::string sender(lines.front());
  if (lines.size() > 1) lines.erase(lines.begin());
  const Address ip = Address::v4({192, 0, 2, 1});

  settle(lines, [&](Facts& facts) {
    const auto outcome = spf::check_host(
        {.ip = ip, .domain = "example.com", .sender = sender, .helo = sender}, facts);
    if (outcome.lookups > 11) std::abort();
  });
  settle(lines, [&](Facts& facts) {
    const auto seen = spf::audit(*Name::parse("example.com"), facts);
    if (!seen.pending && (seen.result == "permerror") == seen.reason.empty()) std::abort();
  });
  return 0;
}

#include "exporter/pages/seen.h"

#include <optional>
#include <vector>

namespace mailfleet {
namespace {

// Said by the findings whose code begins so. '*' stands for what was counted or named, in order.
struct Phrase {
  std::string_view code;
  std::string_view english;
  std::string_view welsh;
};

constexpr Phrase phrases[] = {
    {"domain-gone", "the name does not exist", "nid yw'r enw yn bodoli"},
    {"mx-none", "no MX record and no address", "dim cofnod MX a dim cyfeiriad"},
    {"mx-implicit", "no MX record, but an address", "dim cofnod MX, ond mae cyfeiriad"},
    {"mx-unusable", "no mail host has an address", "nid oes gan unrhyw weinydd e-bost gyfeiriad"},
    {"mx-no-address", "no A or AAAA record", "dim cofnod A nac AAAA"},
    {"mx-cname", "an alias (CNAME)", "alias (CNAME)"},
    {"mx-null-not-alone", "\".\" beside other MX records",
     "\".\" ochr yn ochr â chofnodion MX eraill"},
    {"mx-null-preference", "\".\" with a preference other than 0",
     "\".\" gyda blaenoriaeth heblaw 0"},
    {"mx-many-", "* more not probed", "heb eu harchwilio: *"},
    {"spf-missing", "no record", "dim cofnod"},
    {"spf-multiple-records", "* records", "nifer y cofnodion: *"},
    {"spf-lookup", "* look-ups", "nifer y chwiliadau: *"},
    {"spf-void-limit", "* look-ups without an answer", "nifer y chwiliadau heb ateb: *"},
    {"spf-long-answer", "* octets", "nifer yr octedau: *"},
    {"spf-mx-limit", "*: * hosts", "*: nifer y gweinyddion: *"},
    {"spf-passes-everyone", "ip4 and ip6 ranges together", "ystodau ip4 ac ip6 gyda'i gilydd"},
    {"dmarc-multiple-records", "* records", "nifer y cofnodion: *"},
    {"dmarc-rua-many", "* addresses", "nifer y cyfeiriadau: *"},
    {"dkim-no-key", "_domainkey does not exist", "nid yw _domainkey yn bodoli"},
    {"dkim-multiple-records", "* records", "nifer y cofnodion: *"},
    {"dkim-rsa-under-", "* bits", "* did"},
    {"mtasts-not-text", "no content type", "dim math o gynnwys"},
    {"mtasts-no-host-passes", "* of *", "* o *"},
    {"tls-rpt-missing", "no record", "dim cofnod"},
    {"tls-rpt-multiple-records", "* records", "nifer y cofnodion: *"},
    {"tls-rpt-invalid", "no rua", "dim rua"},
    {"tls-rpt-invalid", "no usable address in rua", "dim cyfeiriad defnyddiadwy yn rua"},
    {"tls-rpt-invalid", "not a field: *", "nid maes: *"},
    {"starttls-unreachable", "* of * reachable; not reached: *",
     "wedi cyrraedd * o *; heb eu cyrraedd: *"},
    {"tls-no-forward-secrecy", "RSA key transport only", "cludo allwedd RSA yn unig"},
    {"tls-small-dh", "* bits", "* did"},
    {"certificate-expiring", "ends *", "yn dod i ben *"},
    {"certificate-expired", "valid * to *", "yn ddilys o * hyd *"},
    {"certificate-not-yet-valid", "valid * to *", "yn ddilys o * hyd *"},
    {"certificate-n", "no names but common name *", "dim enwau ond enw cyffredin *"},
    {"certificate-n", "no names", "dim enwau"},
    {"certificate-n", "* and * more", "* a * arall"},
    {"certificate-", "issuer *", "cyhoeddwr *"},
    {"certificate-by-dane", "TLSA usage 3 matches", "mae defnydd TLSA 3 yn cyfateb"},
    {"tlsa-insecure", "TLSA records without DNSSEC", "cofnodion TLSA heb DNSSEC"},
    {"tlsa-ttl-long", "longer than a day", "yn hwy na diwrnod"},
    {"dane-unknown", "a look-up failed or was bogus", "methodd chwiliad neu roedd yn ffug"},
    {"dane-host-only", "the MX record is not signed", "nid yw'r cofnod MX wedi'i lofnodi"},
    {"dane-without-tls", "TLSA records but no STARTTLS", "cofnodion TLSA ond dim STARTTLS"},
    {"dane-absent", "no TLSA records", "dim cofnodion TLSA"},
    {"dane-partial", "without: *", "heb: *"},
    {"dnssec-tlsa-void", "not signed", "heb ei lofnodi"},
    {"dnssec-insecure", "the zone is signed, but its parent has no DS record",
     "mae'r parth DNS wedi'i lofnodi, ond nid oes gan ei riant gofnod DS"},
    {"dnssec-insecure", "no DS record at the parent", "dim cofnod DS gan y rhiant"},
    {"dnssec-insecure", "no chain of trust down to the domain",
     "dim cadwyn ymddiriedaeth i lawr i'r parth"},
    {"ptr-missing", "declared as sending", "wedi'i ddatgan fel un sy'n anfon"},
    {"caa-missing", "no record up to the top", "dim cofnod hyd at y brig"},
};

// What the stars of the pattern stand for; empty when the text is not of that form.
std::optional<std::vector<std::string_view>> stars(std::string_view pattern,
                                                   std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t star = pattern.find('*'); star != std::string_view::npos; star = pattern.find('*')) {
    if (!text.starts_with(pattern.substr(0, star))) return {};
    text.remove_prefix(star);
    pattern.remove_prefix(star + 1);
    const std::string_view next = pattern.substr(0, pattern.find('*'));
    const size_t end = pattern.empty()                           ? text.size()
                       : next == pattern && text.ends_with(next) ? text.size() - next.size()
                                                                 : text.find(next);
    if (end == std::string_view::npos || end == 0) return {};
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (text != pattern) return {};
  return out;
}

std::string with_stars(std::string_view pattern, const std::vector<std::string_view>& stars) {
  std::string out;
  size_t next = 0;
  for (const char c : pattern)
    if (c == '*' && next < stars.size())
      out += stars[next++];
    else
      out += c;
  return out;
}

// " (192.0.2.1, 2001:db8::1)", which endpoints append to what they saw.
size_t addresses_at(std::string_view seen) {
  const size_t at = seen.rfind(" (");
  if (at == std::string_view::npos || !seen.ends_with(')')) return seen.size();
  const std::string_view inside = seen.substr(at + 2, seen.size() - at - 3);
  return inside.find_first_not_of("0123456789abcdef.:, ") == std::string_view::npos ? at
                                                                                    : seen.size();
}

}  // namespace

std::string seen_in(Language language, std::string_view code, std::string_view seen) {
  if (language == Language::english) return std::string(seen);
  const std::string_view words = seen.substr(0, addresses_at(seen));
  for (const Phrase& each : phrases)
    if (code.starts_with(each.code))
      if (const auto found = stars(each.english, words))
        return with_stars(each.welsh, *found) + std::string(seen.substr(words.size()));
  return std::string(seen);
}

}  // namespace mailfleet

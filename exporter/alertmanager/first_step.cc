#include "exporter/alertmanager/first_step.h"

#include <array>
#include <utility>

namespace mailfleet {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

// The longest matching start of the kind decides.
constexpr std::array rows = std::to_array<Row>({
    {"dmarc-reporting",
     "ask the owner whether the report address was changed on purpose; publish the missing "
     "_report._dmarc record if it is external"},
    {"dmarc",
     "ask the owner who changed the _dmarc record; if nobody did, treat it as a hijacked zone"},
    {"spf-open", "anyone can send as this domain now: have the record corrected at once"},
    {"spf",
     "look at the trace on the domain's page: it names the term that broke or weakened the record"},
    {"dkim",
     "ask the owner which selector signs now; a rotation needs the new key published first"},
    {"mta-sts-id",
     "have the id in the _mta-sts record changed, or senders will keep the old policy"},
    {"mta-sts-mx",
     "compare the MX hosts with the mx lines of the policy; senders that enforce it may already "
     "refuse"},
    {"mta-sts-fetch",
     "open the policy's address in a browser: its certificate or web server is the likely cause"},
    {"mta-sts", "ask the owner whether leaving MTA-STS enforce was intended"},
    {"tlsrpt", "have the _smtp._tls record restored; without it nobody hears of failed encryption"},
    {"starttls",
     "connect by hand from another network: openssl s_client -starttls smtp -connect HOST:25; then "
     "call the owner"},
    {"tls", "ask the owner what changed in the mail server's TLS settings"},
    {"cert-expir",
     "call the owner: the certificate must be renewed on the host named; check its automatic "
     "renewal"},
    {"cert", "look at the chain on the domain's page, and call whoever runs the host"},
    {"mx-null", "ask the owner whether the domain is to receive no mail any more"},
    {"mx",
     "call the owner by a number you know: was the mail moved on purpose? Acknowledge only after "
     "that"},
    {"dnssec",
     "check the zone's signatures with the owner's DNS operator; validating senders cannot reach "
     "it"},
    {"dane",
     "compare the TLSA records with the certificate now served; senders that use DANE stop "
     "delivering"},
    {"ns-moved", "call the owner: is the zone's new operator theirs?"},
    {"parked", "ask the owner why a domain that sends no mail now has senders"},
    {"flapping",
     "see the history on the domain's page; two servers that disagree are the usual cause"},
    {"stale",
     "see on the domain's page why it cannot be seen; it may be our address that is refused"},
    {"provider", "look at the provider's status page; the domains listed share it"},
    {"self-", "it is us, not them: look at the monitor's own page, network and resolver"},
});

}  // namespace

std::string_view first_step(std::string_view kind) {
  std::string_view best = "see the domain's page for the evidence";
  size_t longest = 0;
  for (const auto& [start, step] : rows)
    if (kind.starts_with(start) && start.size() > longest) {
      best = step;
      longest = start.size();
    }
  return best;
}

}  // namespace mailfleet

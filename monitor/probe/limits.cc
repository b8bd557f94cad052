#include "monitor/probe/limits.h"

#include <array>

#include "checks/base/route.h"
#include "monitor/prober.h"

namespace mailfleet {
namespace {

using namespace limits;

constexpr int64_t number(size_t value) { return static_cast<int64_t>(value); }
constexpr int64_t in_ms(milliseconds value) { return value.count(); }
constexpr int64_t in_s(milliseconds value) { return value.count() / 1000; }

constexpr auto table = std::to_array<Limit>({
    {"scan-passes", max_passes, "passes", "deeper than any standard makes a check ask"},
    {"scan-questions", number(max_questions), "questions", "an honest domain needs some 30"},
    {"mx-hosts-probed", number(max_mx_hosts_probed), "hosts", "one answer may hold 3,114"},
    {"addresses-per-host", number(max_addresses_per_host), "addresses", "a sender tries few more"},

    {"dns-outstanding", number(dns_outstanding), "queries",
     "more at once and healthy servers' answers are lost to our own queue"},
    {"dns-timeout", in_s(dns_timeout), "s",
     "a server that answers in 1.5 s can look dead for 9 s behind a resolver"},
    {"cname-chain", number(cname_chain), "aliases", "longer chains are loops or mistakes"},
    {"dns-records", number(dns_records), "records", "kept of one answer, after sorting"},
    {"dns-packet", number(dns_packet_bytes), "octets", "RFC 1035: a length of 16 bits"},

    {"waiting-sockets", number(waiting_sockets), "sockets",
     "10,000 in flight made half of the healthy targets time out"},
    {"reserved-descriptors", number(reserved_descriptors), "descriptors",
     "kept for the resolver, the web server and the store when RLIMIT_NOFILE is small"},
    {"tls-handshakes", number(tls_handshakes), "handshakes",
     "one thread must answer each flight before its peer gives up"},
    {"connect-timeout", in_s(connect_timeout), "s", "three retransmissions of a SYN"},
    {"loop-lag", in_ms(loop_lag), "ms",
     "a probe that lived through more is inconclusive: the delay was ours"},
    {"queue-patience", in_s(queue_patience), "s",
     "waiting for our own queues; then the question is given up as our load"},
    {"queued-per-address", number(queued_per_address), "questions",
     "waiting for one address; more are answered as our load"},

    {"banner-timeout", in_s(banner_timeout), "s", "greet delays of 30 s are legal"},
    {"smtp-deadline", in_s(smtp_deadline), "s", "one session, TLS included"},
    {"quit-patience", in_s(quit_patience), "s", "politeness after the facts are known"},
    {"smtp-reply", number(smtp_reply_bytes), "octets", "greetings of 100 KB exist"},
    {"smtp-reply-lines", number(smtp_reply_lines), "lines", "EHLO answers of 1,000 lines exist"},
    {"smtp-line-kept", number(smtp_line_kept), "octets", "RFC 5321 4.5.3.1.5: a reply line"},
    {"ehlo-lines-kept", number(ehlo_lines_kept), "lines", "evidence is stored"},
    {"per-address-per-minute", per_address_per_minute, "sessions",
     "some servers limit at 2 connections a minute and then hide STARTTLS"},
    {"back-off-longest", in_s(back_off_longest), "s",
     "after 421, 450, 454 or 554 an address rests one period, then twice as long, up to this"},
    {"deep-connections", number(deep_connections), "connections",
     "of one deep scan, each under the rate per address"},
    {"remembered-endpoints", number(remembered_endpoints), "results",
     "endpoint results shared over the fleet"},

    {"https-deadline", in_s(https_deadline), "s", "RFC 8461 3.3 suggests one minute"},
    {"https-body", number(https_body_bytes), "octets", "RFC 8461 3.3 suggests 64 KB"},
    {"https-header", number(https_header_bytes), "octets", "endless headers took 3 GB elsewhere"},
    {"https-concurrent", number(https_concurrent), "fetches", "policy hosts are few and shared"},
    {"https-retry", in_s(https_retry), "s", "RFC 8461 3.3: not within five minutes of a failure"},
});

}  // namespace

std::span<const Limit> all_limits() { return table; }

}  // namespace mailfleet

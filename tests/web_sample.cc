#include "tests/web_sample.h"

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 3> spf_ladder{"absent", "invalid", "valid"};
constexpr std::array<std::string_view, 4> dmarc_ladder{"absent", "none", "quarantine", "reject"};
constexpr std::array<std::string_view, 3> starttls_ladder{"plain", "old", "modern"};

Judgement nothing_seen(const Domain&, Facts&) { return {}; }

constexpr Check spf{"spf", "Who may send (SPF)", spf_ladder, nothing_seen};
constexpr Check dmarc{"dmarc", "What receivers do with forgeries (DMARC)", dmarc_ladder,
                      nothing_seen};
constexpr Check starttls{"starttls", "Encryption on the way (STARTTLS)", starttls_ladder,
                         nothing_seen};

constexpr std::string_view hostile = "<script>alert(1)</script>\"'&\xe2\x80\xae\xff\x07{{x}}";

struct Row {
  const char* name;
  Owner owner;
  DomainState state;
  std::vector<int8_t> levels;
  TrustState trust;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> out = {
      {"bridgend.gov.uk",
       {"Bridgend County Borough Council", "Cyngor Bwrdeistref Sirol Pen-y-bont ar Ogwr",
        "local-authority", "mail@bridgend.gov.uk"},
       DomainState::attention,
       {2, 1, 2},
       TrustState::pending},
      {"cardiff.gov.uk",
       {"Cardiff Council", "Cyngor Caerdydd", "local-authority", ""},
       DomainState::good,
       {2, 3, 2},
       TrustState::active},
      {"gwent.police.uk",
       {"Gwent Police", "Heddlu Gwent", "police", ""},
       DomainState::failing,
       {1, 0, 1},
       TrustState::suspended},
      {"hostile.example",
       {std::string(hostile), std::string(hostile), std::string(hostile), std::string(hostile)},
       DomainState::failing,
       {0, 0, 0},
       TrustState::none},
      {"new.gov.uk",
       {"New Body", "Corff Newydd", "local-authority", ""},
       DomainState::pending,
       {},
       TrustState::none},
      {"powys.gov.uk",
       {"Powys County Council", "Cyngor Sir Powys", "local-authority", ""},
       DomainState::good,
       {2, 2, -1},
       TrustState::active},
      {"silent.gov.uk",
       {"Silent Body", "Corff Tawel", "local-authority", ""},
       DomainState::unknown,
       {-1, -1, -1},
       TrustState::none},
  };
  return out;
}

DomainPtr summary(const Row& row) {
  DomainSummary out(*Name::parse(row.name));
  out.owner = row.owner;
  out.state = row.state;
  out.levels = row.levels;
  for (const int8_t level : row.levels)
    out.seen.push_back(level < 0 ? Time{} : sample_now() - std::chrono::minutes(10));
  if (row.state == DomainState::failing) out.fails = 2;
  if (row.state == DomainState::attention) out.advices = 1;
  if (row.state != DomainState::pending) out.last_look = sample_now() - std::chrono::minutes(10);
  if (row.state == DomainState::good)
    out.certificate_not_after = sample_now() + std::chrono::days(40);
  out.mx_hosts = {"mx1." + std::string(row.name)};
  out.trust.state = row.trust;
  if (row.trust != TrustState::none) out.trust.tier = Tier::t2;
  if (row.trust == TrustState::active) out.trust.last_verified = out.last_look;
  if (row.trust != TrustState::none) out.trust.since = sample_now() - std::chrono::days(30);
  out.trust.eligibility.sender_auth = SenderAuth::enforced;
  return std::make_shared<const DomainSummary>(std::move(out));
}

RegressionView regression(int64_t id, const char* domain, AlertLevel severity, std::string state) {
  return {.id = id,
          .kind = "dmarc-removed",
          .domain = Name::parse(domain),
          .domains = {*Name::parse(domain)},
          .check = "dmarc",
          .was = "reject",
          .now = "absent",
          .severity = severity,
          .state = std::move(state),
          .since = sample_now() - std::chrono::hours(5),
          .confirmed_at = sample_now() - std::chrono::hours(4),
          .evidence = std::string(hostile)};
}

Standing standing(const DomainSummary& domain, size_t check) {
  Standing out{.check = sample_checks()[check]->id};
  const int level = check < domain.levels.size() ? domain.levels[check] : -1;
  out.facts = Value::object({{"record", std::string(hostile)}, {"result", "valid"}});
  if (level < 0) {
    out.unseen = Judgement{.facts = Value::object({{"record", Value()}})};
    return out;
  }
  out.level = level;
  out.seen = sample_now() - std::chrono::minutes(10);
  if (domain.fails)
    out.findings.push_back({.code = "spf-lookup-limit",
                            .severity = Severity::fail,
                            .subject = domain.name.text(),
                            .seen = std::string(hostile)});
  return out;
}

ServerSettings settings() {
  return {.listen = {"127.0.0.1:0"},
          .admin_listen = {"127.0.0.1:0", "127.0.0.1:0"},
          .token = "secret-token",
          .base_url = "https://mail.example",
          .contact = "post@mail.example",
          .title = "Mail security in Wales",
          .version = "0.1.0",
          .revision = "abc",
          .per_domain = PerDomain::automatic,
          .clock = sample_now};
}

}  // namespace

std::span<const Check* const> sample_checks() {
  static constexpr std::array<const Check*, 3> out{&spf, &dmarc, &starttls};
  return out;
}

Time sample_now() { return *parse_time("2026-11-21T12:00:00Z"); }

std::shared_ptr<Snapshot> sample_snapshot() {
  auto out = std::make_shared<Snapshot>();
  out->at = sample_now();
  out->sweeps = 3;
  out->ready = true;
  for (const Row& row : rows()) out->domains.push_back(summary(row));
  out->regressions = {regression(7, "gwent.police.uk", AlertLevel::page, "confirmed"),
                      regression(8, "hostile.example", AlertLevel::ticket, "suspected"),
                      regression(9, "hostile.example", AlertLevel::ticket, "confirmed")};
  return out;
}

DomainDetails sample_details(const DomainSummary& domain) {
  DomainDetails out{.trust = domain.trust};
  out.posture.at = domain.last_look.value_or(Time{});
  for (size_t i = 0; i < sample_checks().size(); ++i)
    out.posture.standings.push_back(standing(domain, i));
  out.history = {{.at = sample_now() - std::chrono::hours(5),
                  .check = "dmarc",
                  .was = "reject",
                  .now = "absent",
                  .kind = "dmarc-removed",
                  .summary = std::string(hostile)}};
  if (domain.state == DomainState::good)
    out.reports = ReportSums{.since = sample_now() - std::chrono::days(30),
                             .dmarc = {.reports = 2, .good = 2, .bad = 1},
                             .failing_sources = 1,
                             .dispositions = {{"none", 2}, {"reject", 1}},
                             .tls = {.reports = 1, .good = 5, .bad = 3},
                             .tls_failures = {{std::string(hostile), 3}}};
  return out;
}

void SampleDetails::domain(const Name& name, size_t history_limit,
                           std::function<void(std::optional<DomainDetails>)> answer) {
  const SnapshotPtr snapshot = snapshots_.load();
  const DomainSummary* domain = snapshot->find(name);
  if (!domain || domain->state == DomainState::pending) return answer(std::nullopt);
  DomainDetails out = sample_details(*domain);
  out.history.resize(std::min(out.history.size(), history_limit));
  answer(std::move(out));
}

// Five changes, with the ids 1 to 5.
void SampleDetails::changes(
    std::optional<Name> domain, int64_t before_id, size_t limit,
    std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)> answer) {
  std::vector<std::pair<int64_t, HistoryRow>> out;
  for (int64_t id = 5; id >= 1 && out.size() < limit; --id)
    if (before_id == 0 || id < before_id)
      out.push_back({id,
                     {.at = sample_now() - std::chrono::hours(6 - id),
                      .check = "spf",
                      .was = "valid",
                      .now = "absent",
                      .kind = "spf-removed",
                      .summary = std::to_string(id)}});
  const std::vector<Name> names(out.size(), domain.value_or(*Name::parse("cardiff.gov.uk")));
  answer(std::move(out), names);
}

void SampleDetails::edition(uint64_t serial, EditionPart part,
                            std::function<void(std::optional<std::string>)> answer) {
  if (serial != 4) return answer({});
  answer(part == EditionPart::body ? "{\"serial\":4}" : "signature of 4");
}

void SampleDetails::sender(const Name&, const Address& ip, const std::string&,
                           std::function<void(std::optional<SenderVerdict>)> answer) {
  if (ip == *Address::parse("192.0.2.1"))
    return answer(SenderVerdict{.result = "pass", .mechanism = "ip4:192.0.2.1"});
  if (ip == *Address::parse("192.0.2.2"))
    return answer(SenderVerdict{.result = "softfail", .mechanism = "~all"});
  answer(SenderVerdict{});
}

SampleServer::SampleServer(std::shared_ptr<Snapshot> snapshot, AdminActions actions)
    : server(settings(), snapshots, details, std::move(actions), metrics, sample_checks()) {
  snapshots.store(std::move(snapshot));
  metrics.config_reload(true, sample_now());
  ports = server.start();
}

}  // namespace mailfleet

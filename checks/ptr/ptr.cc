#include "checks/ptr/ptr.h"

#include <algorithm>
#include <array>
#include <map>

#include "checks/base/route.h"

namespace mailfleet {
namespace {

// A domain's share of questions is limited. Receivers look at ten names of an address at most
// (RFC 7208 §4.6.4), and so does this, fewer where there are many addresses.
constexpr size_t max_addresses = 12;
constexpr size_t most_names = 10;
constexpr size_t least_names = 4;
constexpr size_t max_names_of_all = 60;

constexpr std::array<std::string_view, 4> ladder{"none", "missing", "unconfirmed", "confirmed"};
enum Level { none, missing, unconfirmed, confirmed };

struct Subject {
  std::optional<Name> host{};  // empty: an address declared as sending
  Address address{};
};

struct Seen {
  bool pending = false;
  std::optional<std::vector<Name>> names{};
  std::optional<bool> confirmed{};
};

// Does one of the names lead back to the address? Empty when we could not see.
std::optional<bool> leads_back(const std::vector<Name>& names, size_t max_names,
                               const Address& address, Facts& facts, bool& pending) {
  bool unknown = names.size() > max_names;
  for (size_t i = 0; i < names.size() && i < max_names; ++i) {
    const DnsObservation& seen = facts.dns(names[i], address.is_v4() ? DnsType::a : DnsType::aaaa);
    pending |= seen.pending();
    if (!seen.known())
      unknown = true;
    else if (std::ranges::find(seen.addresses, address) != seen.addresses.end())
      return true;
  }
  if (unknown) return {};
  return false;
}

Seen look(const Address& address, size_t max_names, Facts& facts) {
  const Address plain = address.unmapped();
  const DnsObservation& ptr = facts.dns(Name::parse(plain.reverse_name()), DnsType::ptr);
  Seen out{.pending = ptr.pending()};
  if (!ptr.known()) return out;
  out.names = ptr.names;
  out.confirmed = leads_back(ptr.names, max_names, plain, facts, out.pending);
  return out;
}

// `all`: nothing was left out for the limits.
std::vector<Subject> subjects(const Domain& domain, const Route& where, bool& all) {
  std::vector<Subject> out;
  for (const Address& each : domain.sending_addresses)
    if (out.size() < max_addresses) out.push_back({.address = each});
  all = out.size() == domain.sending_addresses.size() && where.not_probed == 0;
  const size_t limit = out.size() + max_addresses;
  for (const MailHost& host : where.hosts) {
    all &= host.not_probed.empty();
    for (const Address& each : host.addresses.value_or(std::vector<Address>{}))
      if (out.size() < limit)
        out.push_back({host.host, each});
      else
        all = false;
  }
  return out;
}

Value facts_of(const Subject& subject, const Seen& seen) {
  Value names;
  if (seen.names) {
    names = Value::list();
    for (const Name& each : *seen.names) names.push(each.text());
  }
  return Value::object({{"host", subject.host ? Value(subject.host->text()) : Value()},
                        {"address", subject.address.text()},
                        {"names", std::move(names)},
                        {"confirmed", seen.confirmed}});
}

void judge_one(const Subject& subject, const Seen& seen, Judgement& out) {
  if (!seen.names || seen.confirmed.value_or(true)) return;
  const std::string text = subject.address.text();
  if (seen.names->empty()) {
    const Severity severity = subject.host ? Severity::advice : Severity::fail;
    out.findings.push_back({"ptr-missing", severity, text,
                            subject.host ? subject.host->text() : "declared as sending"});
    return;
  }
  std::string names;
  for (const Name& each : *seen.names) (names += names.empty() ? "" : " ") += each.text();
  out.findings.push_back({"ptr-unconfirmed", Severity::advice, text, names});
}

std::optional<int> level_of(const std::vector<Seen>& all, bool complete) {
  int worst = confirmed;
  bool unknown = !complete;
  for (const Seen& each : all) {
    if (each.names && each.names->empty())
      worst = missing;
    else if (!each.confirmed)
      unknown = true;
    else if (!*each.confirmed)
      worst = std::min<int>(worst, unconfirmed);
  }
  // What we could not see can only make it worse.
  if (unknown && worst > missing) return {};
  return worst;
}

Judgement judge_ptr(const Domain& domain, Facts& facts) {
  const Route where = route(domain.name, facts);
  bool complete = false;
  const std::vector<Subject> all = subjects(domain, where, complete);
  const size_t max_names =
      std::clamp(max_names_of_all / std::max<size_t>(all.size(), 1), least_names, most_names);
  std::vector<Seen> seen;
  bool pending = where.pending;
  for (const Subject& each : all) {
    seen.push_back(look(each.address, max_names, facts));
    pending |= seen.back().pending;
  }
  if (pending) return {};

  Judgement out;
  const bool all_hosts_seen =
      where.kind && std::ranges::all_of(where.hosts, [](const MailHost& host) {
        return host.addresses.has_value();
      });
  if (all.empty() && !all_hosts_seen) {
    out.facts.set("addresses", Value());
    return out;
  }
  out.facts.set("addresses", Value::list());
  Value list = Value::list();
  for (size_t i = 0; i < all.size(); ++i) {
    list.push(facts_of(all[i], seen[i]));
    judge_one(all[i], seen[i], out);
  }
  out.facts.set("addresses", std::move(list));
  if (all.empty())
    out.level = none;
  else if (all_hosts_seen)
    out.level = level_of(seen, complete);
  return out;
}

// By address: true, false or unknown; an address that is not in both looks says nothing.
std::map<std::string, std::optional<bool>> confirmations(const Value& facts) {
  std::map<std::string, std::optional<bool>> out;
  for (const Value& each : facts["addresses"].items())
    if (const auto address = each["address"].as_string())
      out[std::string(*address)] = each["confirmed"].as_bool();
  return out;
}

}  // namespace

std::vector<Move> compare_ptr(const Domain&, const Judgement& before, const Judgement& after) {
  const auto was = confirmations(before.facts);
  const auto now = confirmations(after.facts);
  Move lost{.kind = "ptr-lost", .alert = AlertLevel::info, .confirm = Confirmation::c2};
  Move won{.kind = "improvement"};
  for (const auto& [address, good] : was) {
    const auto found = now.find(address);
    if (found == now.end() || !good || !found->second || *good == *found->second) continue;
    Move& move = *good ? lost : won;
    (move.was += move.was.empty() ? "" : ", ") +=
        address + (*good ? " confirmed" : " not confirmed");
    (move.now += move.now.empty() ? "" : ", ") +=
        address + (*good ? " not confirmed" : " confirmed");
  }
  std::vector<Move> out;
  if (!lost.was.empty()) out.push_back(std::move(lost));
  if (!won.was.empty()) out.push_back(std::move(won));
  return out;
}

const Check ptr_check{"ptr", "Names of the mail servers' addresses", ladder, judge_ptr,
                      compare_ptr};

}  // namespace mailfleet

#include "checks/dkim/dkim.h"

#include <algorithm>
#include <map>
#include <set>

#include "checks/base/route.h"
#include "checks/base/text.h"
#include "checks/dkim/key.h"

namespace mailfleet::dkim {
namespace {

constexpr std::string_view ladder[] = {"absent", "broken", "weak", "strong"};
enum Level { absent, broken, weak, strong };

// Declared selectors beyond these are not asked for.
constexpr size_t max_selectors = 20;

// Asked for everywhere: the two largest operators' own names.
constexpr std::string_view common_selectors[] = {"google", "selector1", "selector2"};

struct Selector {
  bool declared = false;  // or known from an earlier look
  bool known = false;     // DNS answered
  bool alias = false;     // a CNAME stands there
  std::vector<std::string> txt{};
  Key key{};
};

// What `_domainkey` itself and an unlikely selector answer.
enum class Node : uint8_t { unknown, nxdomain, nodata, wildcard };
Value to_value(Node node) {
  constexpr const char* words[] = {nullptr, "nxdomain", "nodata", "wildcard"};
  return node == Node::unknown ? Value() : Value(words[static_cast<size_t>(node)]);
}

struct View {
  bool pending = false;
  Node node = Node::unknown;
  Key wildcard{};  // what every selector answers
  std::map<std::string, Selector> selectors{};
  std::optional<bool> sends{};  // false when SPF is just "-all"
};

std::map<std::string, Selector> wanted(const Domain& domain, const Route& to) {
  std::map<std::string, Selector> out;
  for (const std::string& declared : domain.dkim_selectors)
    if (out.size() < max_selectors && domain.name.under(declared + "._domainkey"))
      out[ascii_lower(declared)].declared = true;
  // Where a key was found, one is expected: its loss is known, though nobody declared it.
  for (const std::string& seen : domain.seen_selectors)
    if (domain.name.under(seen + "._domainkey")) out[seen].declared = true;
  for (const std::string_view common : common_selectors) out[std::string(common)];
  if (!domain.reference) return out;
  for (const MailHost& host : to.hosts) {
    const std::string_view name = domain.reference->operator_of(host.host);
    for (const Operator& each : domain.reference->operators)
      if (each.name == name)
        for (const std::string& selector : each.dkim_selectors) out[ascii_lower(selector)];
  }
  return out;
}

void look_at_selector(const Domain& domain, Facts& facts, const std::string& name,
                      Selector& selector, View& view) {
  const DnsObservation& seen = facts.dns(domain.name.under(name + "._domainkey"), DnsType::txt);
  view.pending |= seen.pending();
  selector.known = seen.known();
  selector.alias = !seen.aliases.empty();
  selector.txt = seen.txt;
  selector.key = parse_records(seen.txt);
}

void look_at_node(const Domain& domain, Facts& facts, View& view) {
  const DnsObservation& node = facts.dns(domain.name.under("_domainkey"), DnsType::txt);
  const DnsObservation& unlikely =
      facts.dns(domain.name.under(unlikely_selector(domain.name) + "._domainkey"), DnsType::txt);
  view.pending |= node.pending() || unlikely.pending();
  view.wildcard = parse_records(unlikely.txt);
  if (unlikely.known() && !unlikely.txt.empty())
    view.node = Node::wildcard;
  else if (node.nxdomain())
    view.node = Node::nxdomain;
  else if (node.known() && unlikely.known())
    view.node = Node::nodata;
}

void look_at_sending(const Domain& domain, Facts& facts, View& view) {
  const DnsObservation& seen = facts.dns(domain.name, DnsType::txt);
  view.pending |= seen.pending();
  if (!seen.known()) return;
  view.sends = !domain.parked;
  for (const std::string& txt : seen.txt)
    if (starts_with_ignoring_case(txt, "v=spf1 ") &&
        equal_ignoring_case(trim(txt.substr(7)), "-all"))
      view.sends = false;
}

// A selector nobody declared is worth telling only when something of its own stands there.
bool says_something(const Selector& selector, const std::vector<std::string>& wildcard_txt) {
  if (selector.declared || !selector.known) return selector.declared;
  if (selector.alias) return true;
  return !selector.txt.empty() && selector.txt != wildcard_txt &&
         selector.key.state != State::absent;
}

View look(const Domain& domain, Facts& facts) {
  View view;
  const Route to = route(domain.name, facts);
  view.pending = to.pending;
  look_at_node(domain, facts, view);
  look_at_sending(domain, facts, view);
  view.selectors = wanted(domain, to);
  for (auto& [name, selector] : view.selectors)
    look_at_selector(domain, facts, name, selector, view);
  if (view.pending) return view;
  const std::vector<std::string> wildcard_txt =
      facts.dns(domain.name.under(unlikely_selector(domain.name) + "._domainkey"), DnsType::txt)
          .txt;
  std::erase_if(view.selectors,
                [&](const auto& entry) { return !says_something(entry.second, wildcard_txt); });
  return view;
}

bool is_strong(const Key& key) {
  return key.state == State::valid && !key.testing &&
         (key.type != "rsa" || key.bits >= good_rsa_bits);
}

bool any(const View& view, bool (*holds)(const Selector&)) {
  return std::ranges::any_of(view.selectors,
                             [&](const auto& entry) { return holds(entry.second); });
}

// The best key decides; without a valid one, only declared selectors and a missing `_domainkey` can
// show that there is none.
std::optional<int> level_of(const View& view) {
  if (any(view, [](const Selector& s) { return is_strong(s.key); })) return strong;
  if (any(view, [](const Selector& s) { return s.key.state == State::valid; })) return weak;
  if (any(view, [](const Selector& s) { return s.declared && !s.known; })) return {};
  if (view.node == Node::nxdomain) return absent;
  if (!any(view, [](const Selector& s) { return s.declared; })) return {};
  const bool wrong = any(view, [](const Selector& s) {
    return s.declared && s.key.state != State::absent && s.key.state != State::revoked;
  });
  return wrong ? broken : absent;
}

class Findings {
 public:
  Findings(const Domain& domain, const View& view, std::vector<Finding>& out)
      : domain_(domain), view_(view), out_(out) {}

  void add_all() {
    for (const auto& [name, selector] : view_.selectors) {
      subject_ = name + "._domainkey." + domain_.name.text();
      of_selector(selector);
    }
    subject_ = domain_.name.text();
    of_node();
  }

 private:
  void add(std::string_view code, Severity severity, std::string_view seen) {
    out_.push_back({std::string(code), severity, subject_, std::string(seen)});
  }

  void of_node() {
    const bool valid = any(view_, [](const Selector& s) { return s.key.state == State::valid; });
    const bool declared = any(view_, [](const Selector& s) { return s.declared; });
    if (domain_.parked) {
      const bool refused = view_.node == Node::wildcard && view_.wildcard.state == State::revoked;
      if (valid)
        add("dkim-parked-has-key", Severity::advice, "");
      else if (!refused && view_.node != Node::unknown)
        add("dkim-parked-not-revoked", Severity::info, "");
      return;
    }
    if (view_.node == Node::wildcard)
      add("dkim-wildcard", Severity::info, to_text(view_.wildcard.state));
    if (view_.node == Node::nxdomain && !valid)
      add("dkim-no-key", view_.sends == true ? Severity::fail : Severity::info,
          "_domainkey does not exist");
    else if (view_.node != Node::unknown && !valid && !declared)
      add("dkim-selector-unknown", Severity::info, "");
  }

  void of_selector(const Selector& selector) {
    const Key& key = selector.key;
    if (!selector.known) return;
    if (key.testing) add("dkim-testing", Severity::advice, "t=y");
    switch (key.state) {
      case State::absent:
        if (selector.alias)
          add("dkim-cname-without-key", Severity::advice, "");
        else if (view_.node != Node::nxdomain)
          add("dkim-selector-absent", Severity::fail, selector.txt.empty() ? "" : selector.txt[0]);
        break;
      case State::valid:
        if (key.type == "rsa" && key.bits < good_rsa_bits)
          add("dkim-rsa-under-2048", Severity::advice, std::to_string(key.bits) + " bits");
        break;
      case State::revoked:
        if (selector.declared && !domain_.parked) add("dkim-revoked", Severity::advice, "p=");
        break;
      case State::ambiguous:
        add("dkim-multiple-records", Severity::fail, key.seen);
        break;
      case State::invalid:
      case State::unusable:
        add(code_of(key.fault), Severity::fail, key.seen);
        break;
    }
  }

  static std::string_view code_of(Fault fault) {
    switch (fault) {
      case Fault::certificate:
        return "dkim-certificate-as-key";
      case Fault::key_type:
        return "dkim-key-type-unknown";
      case Fault::sha1_only:
        return "dkim-sha1-only";
      case Fault::not_email:
        return "dkim-service-not-email";
      case Fault::too_short:
        return "dkim-rsa-under-1024";
      default:
        return "dkim-key-invalid";
    }
  }

  const Domain& domain_;
  const View& view_;
  std::vector<Finding>& out_;
  std::string subject_;
};

Value facts_of(const View& view) {
  Value selectors = Value::object();
  for (const auto& [name, selector] : view.selectors) {
    const Key& key = selector.key;
    Value one = Value::object();
    one.set("state", selector.known ? Value(to_text(key.state)) : Value());
    one.set("key", key.type.empty() ? Value() : Value(key.type));
    one.set("bits", key.bits ? Value(key.bits) : Value());
    const bool has_key = key.state == State::valid || key.state == State::unusable;
    one.set("testing", selector.known && has_key ? Value(key.testing) : Value());
    selectors.set(name, std::move(one));
  }
  Value facts = Value::object();
  facts.set("selectors", std::move(selectors));
  facts.set("underscore", to_value(view.node));
  facts.set("wildcard_state",
            view.node == Node::wildcard ? Value(to_text(view.wildcard.state)) : Value());
  return facts;
}

Judgement judge(const Domain& domain, Facts& facts) {
  const View view = look(domain, facts);
  Judgement out;
  if (view.pending) return out;
  out.level = level_of(view);
  out.facts = facts_of(view);
  Findings(domain, view, out.findings).add_all();
  return out;
}

}  // namespace

std::string unlikely_selector(const Name& domain) {
  // FNV-1a: spread, not secrecy.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : domain.text()) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  static constexpr char letters[] = "bcdfghjklmnpqrst";
  std::string out = "zz";
  for (int shift = 60; shift >= 0; shift -= 4) out += letters[hash >> shift & 0xf];
  return out;
}

}  // namespace mailfleet::dkim

namespace mailfleet {

const Check dkim_check{"dkim", "Signs its mail", dkim::ladder, dkim::judge, dkim::compare};

}  // namespace mailfleet

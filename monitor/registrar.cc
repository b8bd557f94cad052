#include "monitor/registrar.h"

#include <algorithm>

#include "checks/base/text.h"
#include "monitor/log.h"

namespace mailfleet {
namespace {

// A line of text as a person writes it; the reason when it cannot be one.
std::string line_problem(std::string_view key, const std::string& text) {
  const std::string word = "\"" + std::string(key) + "\"";
  if (trim(text).empty()) return word + " must say something";
  if (text.size() > max_word_octets)
    return word + " is longer than " + std::to_string(max_word_octets) + " octets";
  if (valid_utf8(text) != text) return word + " is not UTF-8";
  const bool control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  return control ? word + " holds control characters" : "";
}

// The first thing that is wrong ends the reading.
class WordReader {
 public:
  explicit WordReader(const Value& body) : body_(body) {}

  std::string line(std::string_view key) {
    const auto text = body_[key].as_string();
    if (!text) return fail("\"" + std::string(key) + "\" must be a text"), "";
    if (std::string why = line_problem(key, std::string(*text)); !why.empty())
      return fail(std::move(why)), "";
    return std::string(trim(*text));
  }

  Time time(std::string_view key) {
    const auto text = body_[key].as_string();
    const auto time = text ? parse_time(*text) : std::nullopt;
    if (!time) fail("\"" + std::string(key) + "\" must be a time like 2027-01-09T20:00:00Z");
    return time.value_or(Time{});
  }

  std::vector<Name> names(std::string_view key) {
    std::vector<Name> out;
    const Value& list = body_[key];
    if (list.is_null()) return out;
    if (!list.is_list() || list.items().size() > max_window_names) {
      fail("\"" + std::string(key) + "\" must be a list of at most " +
           std::to_string(max_window_names) + " names");
      return out;
    }
    for (const Value& each : list.items()) {
      auto name = Name::parse(each.as_string().value_or(""));
      if (!name) {
        fail("\"" + std::string(key) + "\" holds what is no domain name: " +
             for_display(each.as_string().value_or("not a text"), 60));
        return out;
      }
      if (std::ranges::find(out, *name) == out.end()) out.push_back(std::move(*name));
    }
    return out;
  }

  Said said(Time now) {
    Said out{.at = now, .by = line("by")};
    out.reason = line("reason");
    return out;
  }

  void fail(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }
  const std::string& why() const { return why_; }

 private:
  const Value& body_;
  std::string why_{};
};

AdminResult unprocessable(std::string why) { return {.status = 422, .detail = std::move(why)}; }
AdminResult not_stored() { return {.status = 503, .detail = "the store did not take it"}; }

Value list_of(const std::vector<Name>& names) {
  Value out = Value::list();
  for (const Name& name : names) out.push(name.text());
  return out;
}

Value told(const AgreementRow& row) {
  return Value::object({{"domain", row.domain.text()},
                        {"agreement", row.agreement.empty() ? Value() : Value(row.agreement)},
                        {"tls_ready", row.tls_ready ? Value(to_text(*row.tls_ready)) : Value()},
                        {"by", row.said.by}});
}

Value told(const MaintenanceRow& row) {
  return Value::object({{"id", row.id},
                        {"domains", list_of(row.domains)},
                        {"mx", list_of(row.mx)},
                        {"from", to_text(row.from)},
                        {"until", to_text(row.until)},
                        {"by", row.said.by}});
}

std::string window_problem(const MaintenanceRow& row, Time now) {
  if (row.domains.empty() && row.mx.empty())
    return "\"domains\" or \"mx\" must name what is worked on";
  if (row.until <= row.from) return "\"until\" must be after \"from\"";
  if (row.until <= now) return "\"until\" lies in the past";
  if (row.until - row.from > longest_window) return "the window is longer than 31 days";
  if (row.from - now > farthest_window) return "\"from\" lies more than a year ahead";
  return {};
}

}  // namespace

std::variant<AgreementRow, Misread> read_agreement(const Name& domain, const Value& body,
                                                   Time now) {
  WordReader reader(body);
  AgreementRow out(domain);
  out.said = reader.said(now);
  const Value& withdraw = body["withdraw"];
  if (!withdraw.is_null() && withdraw.as_bool() != true)
    reader.fail("\"withdraw\" must be true or left out");
  if (withdraw.is_null()) {
    out.agreement = reader.line("agreement");
    out.tls_ready = reader.time("tls_ready");
  } else if (!body["agreement"].is_null() || !body["tls_ready"].is_null()) {
    reader.fail("an agreement is recorded or withdrawn, not both");
  }
  if (!reader.why().empty()) return Misread{reader.why()};
  return out;
}

std::variant<MaintenanceRow, Misread> read_maintenance(
    const Value& body, Time now, const std::function<bool(const Name&)>& is_in_fleet) {
  WordReader reader(body);
  MaintenanceRow out{.said = reader.said(now)};
  out.domains = reader.names("domains");
  out.mx = reader.names("mx");
  out.from = reader.time("from");
  out.until = reader.time("until");
  for (const Name& domain : out.domains)
    if (!is_in_fleet(domain)) reader.fail(domain.text() + " is not in the fleet list");
  if (reader.why().empty()) reader.fail(window_problem(out, now));
  if (!reader.why().empty()) return Misread{reader.why()};
  return out;
}

void Registrar::agreement(const Name& domain, const AdminRequest& request, AdminAnswer answer) {
  auto read = read_agreement(domain, request.body, monitor_.now());
  if (const auto* misread = std::get_if<Misread>(&read)) return answer(unprocessable(misread->why));
  const auto& row = std::get<AgreementRow>(read);
  monitor_.store().run([row](Database& database) { save_agreement(database, row); }, post_,
                       [this, row, answer = std::move(answer)](bool stored) {
                         if (!stored) return answer(not_stored());
                         monitor_.agree(row);
                         log_info("agreement",
                                  {{"domain", row.domain.text()},
                                   {"word", row.agreement.empty() ? "withdrawn" : "recorded"},
                                   {"by", row.said.by}});
                         answer({.body = told(row)});
                       });
}

void Registrar::maintenance(const AdminRequest& request, AdminAnswer answer) {
  const Time now = monitor_.now();
  auto read = read_maintenance(request.body, now, [this](const Name& domain) {
    return monitor_.state().find(domain) != nullptr;
  });
  if (const auto* misread = std::get_if<Misread>(&read)) return answer(unprocessable(misread->why));
  if (monitor_.windows(now) >= max_windows)
    return answer({.status = 409, .detail = "too many windows are announced; end some first"});
  const auto& row = std::get<MaintenanceRow>(read);
  monitor_.store().ask<int64_t>(
      [row](Database& database) { return add_maintenance(database, row); }, post_,
      [this, row, answer = std::move(answer)](std::optional<int64_t> id) {
        if (!id) return answer(not_stored());
        MaintenanceRow announced = row;
        announced.id = *id;
        monitor_.announce(announced);
        log_info("maintenance", {{"id", *id},
                                 {"domains", row.domains.size()},
                                 {"from", to_text(row.from)},
                                 {"until", to_text(row.until)},
                                 {"by", row.said.by}});
        answer({.body = told(announced)});
      });
}

void Registrar::end_maintenance(int64_t id, const AdminRequest& request, AdminAnswer answer) {
  const Time now = monitor_.now();
  WordReader reader(request.body);
  const Said said = reader.said(now);
  if (!reader.why().empty()) return answer(unprocessable(reader.why()));
  if (!monitor_.has_window(id, now))
    return answer({.status = 404, .detail = "no announced window with this id is open or ahead"});
  monitor_.store().run(
      [id, now](Database& database) { mailfleet::end_maintenance(database, id, now); }, post_,
      [this, id, said, answer = std::move(answer)](bool stored) {
        if (!stored) return answer(not_stored());
        monitor_.end_window(id, said.at);
        log_info("maintenance ended", {{"id", id}, {"by", said.by}});
        answer({.body = Value::object({{"id", id}, {"until", to_text(said.at)}, {"by", said.by}})});
      });
}

}  // namespace mailfleet

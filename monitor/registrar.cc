#include "monitor/registrar.h"

#include <algorithm>

#include "checks/base/text.h"
#include "monitor/log.h"
#include "monitor/word_reader.h"

namespace mailfleet {
namespace {

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

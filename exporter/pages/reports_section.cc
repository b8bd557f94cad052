#include "exporter/pages/reports_section.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr size_t max_failures_shown = 20;  // result types; the API has them all

std::string messages_text(const ReportTotal& dmarc, const Texts& words) {
  const int64_t messages = dmarc.good + dmarc.bad;
  if (messages == 0) return "0";
  return words.say("domain.reports_messages_text", {{"messages", std::to_string(messages)},
                                                    {"share", share_text(dmarc.good, dmarc.bad)}});
}

std::string sessions_text(const ReportTotal& tls, const Texts& words) {
  return words.say("domain.reports_sessions_text",
                   {{"sessions", std::to_string(tls.good + tls.bad)},
                    {"good", std::to_string(tls.good)},
                    {"bad", std::to_string(tls.bad)}});
}

data failures_data(const ReportSums& sums) {
  data out{data::type::list};
  for (size_t i = 0; i < std::min(sums.tls_failures.size(), max_failures_shown); ++i) {
    data row{data::type::object};
    row.set("type", for_display(sums.tls_failures[i].first, 64));
    row.set("count", std::to_string(sums.tls_failures[i].second));
    out.push_back(row);
  }
  return out;
}

}  // namespace

std::string share_text(int64_t good, int64_t bad) {
  const double all = static_cast<double>(good) + static_cast<double>(bad);
  int64_t tenths = all == 0 ? 0 : static_cast<int64_t>(static_cast<double>(good) / all * 1000);
  if (bad > 0) tenths = std::min<int64_t>(tenths, 999);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

data reports_data(const ReportSums& sums, const Texts& words) {
  data out{data::type::object};
  out.set("has_dmarc", truth(sums.dmarc.reports > 0));
  out.set("dmarc", std::to_string(sums.dmarc.reports));
  out.set("messages", messages_text(sums.dmarc, words));
  out.set("sources", std::to_string(sums.failing_sources));
  out.set("has_tls", truth(sums.tls.reports > 0));
  out.set("tls", std::to_string(sums.tls.reports));
  out.set("sessions", sessions_text(sums.tls, words));
  const data failures = failures_data(sums);
  out.set("has_failures", truth(!failures.is_empty_list()));
  out.set("failures", failures);
  return out;
}

}  // namespace mailfleet

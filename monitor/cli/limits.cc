#include "monitor/cli/limits.h"

#include <array>
#include <iostream>
#include <vector>

#include "checks/base/value.h"
#include "exporter/feed/edition.h"
#include "exporter/feed/feed_routes.h"
#include "exporter/http/connection.h"
#include "exporter/http/listener.h"
#include "exporter/http/request_reader.h"
#include "exporter/lookup/lookup.h"
#include "exporter/metrics/per_domain.h"
#include "monitor/cli/exit_status.h"
#include "monitor/cli/terminal.h"
#include "monitor/fleet/csv.h"
#include "monitor/fleet/list.h"
#include "monitor/probe/limits.h"
#include "monitor/store/store.h"
#include "reports/limits.h"

namespace mailfleet {
namespace {

constexpr int64_t number(size_t value) { return static_cast<int64_t>(value); }

// Those of the layers that the hands do not know; theirs are in monitor/probe/limits.cc.
constexpr auto other_limits = std::to_array<Limit>({
    {"fleet-file", number(max_fleet_file_bytes), "octets", "a million rows"},
    {"fleet-entries", number(max_fleet_entries), "domains", "ten times what one monitor looks at"},
    {"fleet-row", number(max_record_bytes), "octets", "a row has some 200"},
    {"store-queue", number(max_store_queue), "jobs", "more than all looks in flight can write"},
    {"store-batch", number(max_store_batch), "jobs", "in one commit"},
    {"store-tries", max_store_tries, "tries", "of one commit, over some six seconds"},
    {"http-connections", number(max_web_connections), "connections",
     "well below the limit of open files"},
    {"http-connections-per-client", number(max_web_connections_per_client), "connections",
     "a whole office behind one address"},
    {"http-header", number(max_header_bytes), "octets", "browsers send 1 KB"},
    {"http-target", number(max_target_bytes), "octets",
     "the longest honest query is a few hundred"},
    {"http-body", number(max_body_bytes), "octets", "an acknowledgement with its reason"},
    {"http-request-deadline", request_deadline.count(), "s",
     "a slow request must not hold a connection"},
    {"http-keep-alive", keep_alive_idle.count(), "s", "an idle connection is given up"},
    {"lookup-characters", number(max_lookup_characters), "characters",
     "the longest e-mail address"},
    {"metrics-per-domain", number(max_domains_all), "domains",
     "above, only failing domains have series of their own"},
    {"feed-edition", number(max_edition_octets), "octets", "100,000 entries are some 60 MB"},
    {"feed-editions-lent", number(max_old_editions_lent), "documents",
     "earlier editions read from the store at a time, each up to some 56 MB"},
    {"feed-mx-hosts", number(max_mx_hosts_in_entry), "hosts", "in one entry"},
    {"report-file", number(reports::max_file_bytes), "octets", "the largest mail people may send"},
    {"report-unpacked", number(reports::max_document_bytes), "octets", "some 50,000 records"},
    {"report-unpack-ratio", number(reports::max_unpack_ratio), "times",
     "XML shrinks to a tenth, seldom to a hundredth"},
    {"report-zip-entries", number(reports::max_zip_entries), "files",
     "one report, and what packers leave beside it"},
    {"report-message-parts", number(reports::max_message_parts), "parts",
     "a report's message has two or three"},
    {"report-message-depth", number(reports::max_message_depth), "levels",
     "a forwarded message in a message"},
    {"report-message-header", number(reports::max_message_header_bytes), "octets",
     "longer than any road through mail hosts"},
    {"report-tags", number(reports::max_xml_tags), "tags", "each takes memory"},
    {"report-records", number(reports::max_records), "records", "in a DMARC report"},
    {"report-json", number(reports::max_json_bytes), "octets", "a policy has some 500"},
    {"report-json-depth", number(reports::max_json_depth), "levels", "a TLS report needs five"},
    {"report-policies", number(reports::max_policies), "policies", "in a TLS report"},
    {"report-failure-details", number(reports::max_failure_details), "details", "in a TLS report"},
    {"report-result-types", number(reports::max_result_types), "types",
     "fifteen are defined; reporters may add theirs"},
    {"report-name", number(reports::max_name_characters), "characters",
     "of who reports, and of the report's ID"},
    {"report-count", reports::max_count, "messages",
     "more than the world's mail of a day; sums cannot overflow"},
    {"report-period", reports::max_period.count(), "days", "a report covers a day, seldom a week"},
});

std::vector<Limit> every_limit() {
  std::vector<Limit> out(all_limits().begin(), all_limits().end());
  out.insert(out.end(), other_limits.begin(), other_limits.end());
  return out;
}

Value as_value(const Limit& limit) {
  return Value::object({{"name", limit.name},
                        {"value", limit.value},
                        {"unit", limit.unit},
                        {"reason", limit.reason}});
}

}  // namespace

int run_limits(const LimitsOptions& options) {
  if (options.json) {
    Value list = Value::list();
    for (const Limit& limit : every_limit()) list.push(as_value(limit));
    std::cout << to_json_pretty(list) << '\n';
    return looked;
  }
  std::vector<std::vector<TableCell>> rows;
  for (const Limit& limit : every_limit())
    rows.push_back({{std::string(limit.name)},
                    {std::to_string(limit.value)},
                    {std::string(limit.unit)},
                    {std::string(limit.reason), Ink::faint}});
  std::cout << table_text(rows, colours_wanted());
  return looked;
}

}  // namespace mailfleet

// The JSON of /api/v1. Pure: from the snapshot and the store's answers to values.
#pragma once

#include <optional>
#include <span>

#include "checks/base/value.h"
#include "checks/registry.h"
#include "exporter/details.h"
#include "exporter/snapshot.h"

namespace mailfleet {

using Checks = std::span<const Check* const>;

Value summary_object(const Snapshot& snapshot, Checks checks);
// One row of /api/v1/domains: where it stands, without facts.
Value domain_row(const DomainSummary& domain, Checks checks);
// The domain object of `check --json`, and what the fleet list says of its owner. Without details
// (never looked at, or the store does not answer) every level is null.
Value domain_with_owner(const DomainSummary& domain, const std::optional<DomainDetails>& details,
                        Checks checks, Time now);
// `page_base` ends without '/': "https://mail.example"; empty makes the link relative to the site.
Value regression_object(const RegressionView& regression, const std::string& page_base);
Value history_object(const HistoryRow& row, const Name& domain);
Value list_object(Value items, const std::optional<std::string>& next);

Value text_or_null(const std::string& text);
Value time_or_null(const std::optional<Time>& time);

}  // namespace mailfleet

// Campaigns: a sector or some domains, a date by which their mail is to be encrypted, a date from
// which it must be; who is ready, who is behind, who could not be seen, and whom to write to. Pure.
//
// Ready means what the lowest tier asks for technically (monitor/watch/trust.h). A domain that
// could not be seen in full is neither ready nor behind.
#pragma once

#include <span>

#include "exporter/campaign.h"
#include "exporter/pages/page.h"

namespace mailfleet {

enum class Readiness : uint8_t { behind, unknown, ready, no_mail };
std::string_view to_text(Readiness readiness);  // "no-mail"
Readiness readiness_of(const DomainSummary& domain);

constexpr size_t max_campaign_rows = 200;  // of one list on the page; the CSV has them all

data campaigns_data(const Snapshot& snapshot, std::span<const CampaignView> campaigns,
                    const Texts& words, Time now);
// `only`: one readiness, or all of them. Spreadsheets read it.
std::string campaign_csv(const Snapshot& snapshot, const CampaignView& campaign,
                         std::optional<Readiness> only);

}  // namespace mailfleet

// The page of one domain: ladder by ladder, what was found and what to do, the facts, the history.
// Pure: from the snapshot's row and the store's details to what the template shows.
#pragma once

#include "exporter/pages/page.h"

namespace mailfleet {

constexpr size_t history_shown = 50;

struct DomainView {
  const DomainSummary& domain;
  const std::optional<DomainDetails>& details;  // empty: not looked at yet, or the store is silent
  std::span<const Check* const> checks;
  const AdviceBook* advice = nullptr;  // may be null
  Time now{};
};

data domain_data(const DomainView& view, const Texts& words);

// Why a look could not see what it wanted: the first word of its facts that says so, or nothing.
std::string unseen_reason(const Value& facts);

}  // namespace mailfleet

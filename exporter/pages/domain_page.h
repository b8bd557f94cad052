// The page of one domain: ladder by ladder, what was found and what to do, the facts, the history.
// Pure: from the snapshot's row and the store's details to what the template shows.
#pragma once

#include "exporter/pages/page.h"

namespace mailfleet {

constexpr size_t history_shown = 50;

// "Would my mail from this address pass?", as it was asked and what came of it.
struct SenderAnswer {
  std::string ip{};  // as typed
  std::string from{};
  std::string fault{};                     // key of a text; else
  std::optional<SenderVerdict> verdict{};  // empty: the store is silent
};

struct DomainView {
  const DomainSummary& domain;
  const std::optional<DomainDetails>& details;  // empty: not looked at yet, or the store is silent
  std::span<const Check* const> checks;
  const AdviceBook* advice = nullptr;  // may be null
  Time now{};
  std::optional<SenderAnswer> sender{};
  bool may_recheck = false;  // by the admin listener
  std::string recheck{};     // what came of asking: "asked", "refused"
};

data domain_data(const DomainView& view, const Texts& words);

// Why a look could not see what it wanted: the first word of its facts that says so, or nothing.
std::string unseen_reason(const Value& facts);

}  // namespace mailfleet

// What the watch remembers, as a tree and back: the store keeps it as text. Pure.
// Reading is forgiving of what is missing (an older version wrote it) and never throws.
#pragma once

#include "checks/base/value.h"
#include "monitor/watch/incident.h"
#include "monitor/watch/regression.h"

namespace mailfleet {

Value to_value(const Judgement& judgement);
Judgement judgement_of(const Value& value);

Value to_value(const DomainWatch& watch);
DomainWatch domain_watch_of(const Value& value);

Value to_value(const Incident& incident);
Incident incident_of(const Value& value);

}  // namespace mailfleet

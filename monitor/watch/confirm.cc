#include "monitor/watch/confirm.h"

#include <algorithm>

namespace mailfleet {
namespace {

struct Need {
  int looks = 1;
  Seconds over{0};
  bool second_path = false;
  bool at_once = false;  // the second look follows in the same cycle
};

Need need_of(Confirmation confirm, const ConfirmSettings& settings) {
  switch (confirm) {
    case Confirmation::c1:
      return {settings.content_count, settings.content_wait, settings.content_count > 1,
              settings.content_count > 2};
    case Confirmation::c2:
      return {settings.absence_count, settings.absence_wait, settings.absence_count > 1, false};
    case Confirmation::c3:
      return {settings.connection_count, settings.connection_wait, false, false};
    case Confirmation::c4:
      return {settings.connection_count, settings.stale_trusted, false, false};
    case Confirmation::c0:
      break;
  }
  return {};
}

}  // namespace

bool is_confirmed(Confirmation confirm, const Agreement& seen, const ConfirmSettings& settings) {
  const Need need = need_of(confirm, settings);
  if (need.looks <= 1) return seen.looks >= 1;
  return seen.looks >= need.looks && seen.last - seen.first >= need.over &&
         (seen.second_path || !need.second_path);
}

std::optional<Time> next_look(Confirmation confirm, const Agreement& seen,
                              const ConfirmSettings& settings) {
  if (confirm == Confirmation::c4) return {};
  const Need need = need_of(confirm, settings);
  if (need.at_once && seen.looks == 1) return seen.last;
  // The looks that are left share what is left of the window evenly.
  const Seconds left = std::max(Seconds(0), need.over - (seen.last - seen.first));
  const int more = std::max(1, need.looks - seen.looks);
  return seen.last + left / more;
}

}  // namespace mailfleet

#include "exporter/pages/regressions_page.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr size_t domains_named = 20;

data domain_links(const RegressionView& regression, const Texts& words) {
  data links(data::type::list);
  for (size_t i = 0; i < std::min(regression.domains.size(), domains_named); ++i) {
    const std::string& name = regression.domains[i].text();
    data link;
    link.set("name", name);
    link.set("url", url_in(words.language(), "/domains/" + name));
    links.push_back(link);
  }
  return links;
}

data row_of(const RegressionView& regression, const Texts& words) {
  data row;
  row.set("kind", words.word("kind", regression.kind, regression.kind));
  row.set("severity",
          words.say("regression_severity." + std::string(to_text(regression.severity))));
  row.set("state", words.word("regression_state", regression.state, regression.state));
  row.set("cause", given(for_display(regression.cause, 200)));
  row.set("was", given(words.word("level", regression.was, for_display(regression.was, 200))));
  row.set("now", words.word("level", regression.now, for_display(regression.now, 200)));
  row.set("evidence", given(for_display(regression.evidence, 400)));
  row.set("since", when(words, regression.since));
  row.set("ended", given(regression.resolved_at ? when(words, *regression.resolved_at) : ""));
  row.set("domains", domain_links(regression, words));
  const size_t more =
      regression.domains.size() - std::min(regression.domains.size(), domains_named);
  row.set("more", given(more ? "+ " + std::to_string(more) : ""));
  row.set("runbook", "/runbooks/" + regression.kind);
  return row;
}

}  // namespace

data regressions_data(const Snapshot& snapshot, const Texts& words) {
  data open(data::type::list);
  data ended(data::type::list);
  for (auto each = snapshot.regressions.rbegin(); each != snapshot.regressions.rend(); ++each)
    (each->resolved_at ? ended : open).push_back(row_of(*each, words));
  data out;
  out.set("has_open", truth(open.list_value().size() > 0));
  out.set("open", open);
  out.set("has_ended", truth(ended.list_value().size() > 0));
  out.set("ended", ended);
  return out;
}

}  // namespace mailfleet

#include "exporter/feed/edition.h"

#include "checks/base/value.h"

namespace mailfleet {
namespace {

constexpr size_t octets_in_entry = 640;  // about: what to make room for

// A writer of our own: a tree of a hundred thousand entries would cost more than the text.
class JsonText {
 public:
  explicit JsonText(size_t expected) { out_.reserve(expected); }
  JsonText& raw(std::string_view text) {
    out_ += text;
    return *this;
  }
  JsonText& key(std::string_view name) {
    if (!out_.ends_with('{')) out_ += ',';
    ((out_ += '"') += name) += "\":";
    return *this;
  }
  JsonText& text(std::string_view name, std::string_view value) {
    return key(name).raw(json_quoted(value));
  }
  JsonText& moment(std::string_view name, const std::optional<Time>& value) {
    return key(name).raw(value ? "\"" + to_text(*value) + "\"" : "null");
  }
  JsonText& truth(std::string_view name, bool value) {
    return key(name).raw(value ? "true" : "false");
  }
  JsonText& strings(std::string_view name, const std::vector<std::string>& values) {
    key(name).raw("[");
    for (size_t i = 0; i < values.size(); ++i) raw(i ? "," : "").raw(json_quoted(values[i]));
    return raw("]");
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_{};
};

void write_policy(const std::optional<FeedPolicy>& policy, JsonText& out) {
  out.key("mta_sts");
  if (!policy) {
    out.raw("null");
    return;
  }
  out.raw("{").text("mode", policy->mode).text("id", policy->id);
  out.key("max_age").raw(std::to_string(policy->max_age)).raw("}");
}

void write_entry(const FeedEntry& entry, JsonText& out) {
  out.raw("{").text("domain", entry.domain.text()).text("organisation", entry.organisation);
  out.text("state", to_text(entry.state)).text("tier", to_text(entry.tier));
  out.moment("since", entry.since).moment("last_verified", entry.last_verified);
  out.moment("expires", entry.expires);
  out.strings("mx_hosts", entry.mx_hosts).strings("match_names", entry.match_names);
  write_policy(entry.mta_sts, out);
  out.truth("dane", entry.dane).text("sender_auth", to_text(entry.sender_auth));
  out.strings("reasons", entry.reasons).truth("stale", entry.stale);
  if (entry.tier_until) out.moment("tier_until", entry.tier_until);
  out.text("evidence_sha256", entry.evidence_sha256).text("page", entry.page).raw("}");
}

}  // namespace

std::string edition_json(const Edition& edition) {
  JsonText out(edition.entries.size() * octets_in_entry);
  out.raw("{").key("schema_version").raw(std::to_string(feed_schema_version));
  out.text("issuer", edition.issuer).key("serial").raw(std::to_string(edition.serial));
  out.moment("issued", edition.issued).moment("expires", edition.expires);
  if (edition.previous_sha256.empty())
    out.key("previous_sha256").raw("null");
  else
    out.text("previous_sha256", edition.previous_sha256);
  out.truth("signed", edition.is_signed).key("entries").raw("[");
  for (size_t i = 0; i < edition.entries.size(); ++i) {
    out.raw(i ? ",\n" : "\n");
    write_entry(edition.entries[i], out);
  }
  return out.raw("\n]}\n").take();
}

std::string edition_comment(const Edition& edition) {
  return "serial:" + std::to_string(edition.serial) + " issued:" + to_text(edition.issued) +
         " file:trusted-domains.json";
}

}  // namespace mailfleet

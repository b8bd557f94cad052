// The strict reader of editions: consumers enforce TLS on what it lets through.
#include <algorithm>
#include <boost/json.hpp>

#include "exporter/feed/edition.h"
#include "exporter/feed/encoding.h"
#include "exporter/feed/strict_json.h"

namespace mailfleet {
namespace {

namespace json = boost::json;

constexpr int64_t max_policy_age = 31557600;  // RFC 8461 §3.2

// One JSON object whose members are taken by name; what is left at the end was not allowed.
class Members {
 public:
  Members(const json::value& value, std::string where) : where_(std::move(where)) {
    if (!value.is_object()) refuse(where_, "must be an object");
    object_ = &value.get_object();
    taken_.reserve(object_->size());
  }

  const json::value& take(std::string_view key) {
    const json::value* found = object_->if_contains(key);
    if (!found) refuse(where_, "\"" + std::string(key) + "\" is missing");
    if (taken_.empty() || taken_.back() != key) taken_.push_back(key);
    return *found;
  }
  bool has(std::string_view key) const { return object_->contains(key); }

  std::string text(std::string_view key, size_t longest = 1024) {
    const json::value& value = take(key);
    if (!value.is_string() || value.get_string().size() > longest)
      refuse(at(key), "must be a string of at most " + std::to_string(longest) + " octets");
    return std::string(value.get_string());
  }
  Time moment(std::string_view key) {
    const auto time = parse_time(text(key));
    if (!time) refuse(at(key), "must be a time like 2026-11-21T12:00:00Z");
    return *time;
  }
  std::optional<Time> moment_or_null(std::string_view key) {
    if (take(key).is_null()) return {};
    return moment(key);
  }
  bool truth(std::string_view key) {
    const json::value& value = take(key);
    if (!value.is_bool()) refuse(at(key), "must be true or false");
    return value.get_bool();
  }
  int64_t whole(std::string_view key, int64_t least, int64_t most) {
    const json::value& value = take(key);
    if (!value.is_int64() || value.get_int64() < least || value.get_int64() > most)
      refuse(at(key), "must be a whole number from " + std::to_string(least) + " to " +
                          std::to_string(most));
    return value.get_int64();
  }
  const json::array& list(std::string_view key) {
    const json::value& value = take(key);
    if (!value.is_array()) refuse(at(key), "must be a list");
    return value.get_array();
  }
  std::string digest(std::string_view key) {
    std::string value = text(key, 64);
    if (value.size() != 64 || !from_hex(value)) refuse(at(key), "must be a SHA-256 in hex");
    return value;
  }
  void finish() const {
    if (taken_.size() == object_->size()) return;
    for (const auto& member : *object_)
      if (std::ranges::find(taken_, std::string_view(member.key())) == taken_.end())
        refuse(where_, "\"" + std::string(member.key()) + "\" is not part of the schema");
  }
  std::string at(std::string_view key) const { return where_ + "." + std::string(key); }

 private:
  const json::object* object_ = nullptr;
  std::string where_;
  std::vector<std::string_view> taken_{};  // literals: the schema's own words, each once
};

std::vector<std::string> host_names(Members& members, std::string_view key) {
  std::vector<std::string> out;
  for (const json::value& value : members.list(key)) {
    const auto name =
        value.is_string() ? Name::parse(std::string_view(value.get_string())) : std::nullopt;
    if (!name || name->text() != std::string_view(value.get_string()))
      refuse(members.at(key), "must list host names in lower case");
    out.push_back(name->text());
    if (out.size() > max_mx_hosts_in_entry) refuse(members.at(key), "has more than 100 names");
  }
  return out;
}

std::vector<std::string> codes(Members& members, std::string_view key) {
  std::vector<std::string> out;
  for (const json::value& value : members.list(key)) {
    if (!value.is_string() || value.get_string().size() > 64)
      refuse(members.at(key), "must list short codes");
    out.emplace_back(value.get_string());
  }
  return out;
}

std::optional<FeedPolicy> policy_of(Members& members) {
  const json::value& value = members.take("mta_sts");
  if (value.is_null()) return {};
  Members policy(value, members.at("mta_sts"));
  FeedPolicy out{.mode = policy.text("mode", 16),
                 .id = policy.text("id", 64),
                 .max_age = policy.whole("max_age", 0, max_policy_age)};
  if (out.mode != "enforce" && out.mode != "testing" && out.mode != "none")
    refuse(policy.at("mode"), "must be enforce, testing or none");
  policy.finish();
  return out;
}

SenderAuth sender_auth_of(Members& members) {
  const std::string word = members.text("sender_auth", 16);
  for (const auto auth :
       {SenderAuth::unknown, SenderAuth::none, SenderAuth::partial, SenderAuth::enforced})
    if (to_text(auth) == word) return auth;
  refuse(members.at("sender_auth"), "must be enforced, partial, none or unknown");
}

void read_standing(Members& members, FeedEntry& out) {
  const auto state = parse_trust_state(members.text("state", 16));
  if (!state || !is_published(*state))
    refuse(members.at("state"), "must be active, suspended or withdrawn");
  const auto tier = parse_tier(members.text("tier", 8));
  if (!tier || *tier == Tier::none) refuse(members.at("tier"), "must be T1, T2 or T3");
  out.state = *state;
  out.tier = *tier;
}

FeedEntry entry_of(const json::value& value, const std::string& where) {
  Members members(value, where);
  const std::string domain = members.text("domain", 253);
  const auto name = Name::parse(domain);
  if (!name || name->text() != domain)
    refuse(members.at("domain"), "must be a domain name in lower case");
  FeedEntry out(*name);
  out.organisation = members.text("organisation");
  read_standing(members, out);
  out.since = members.moment("since");
  out.last_verified = members.moment_or_null("last_verified");
  out.expires = members.moment("expires");
  out.mx_hosts = host_names(members, "mx_hosts");
  out.match_names = host_names(members, "match_names");
  out.mta_sts = policy_of(members);
  out.dane = members.truth("dane");
  out.sender_auth = sender_auth_of(members);
  out.reasons = codes(members, "reasons");
  out.stale = members.truth("stale");
  if (members.has("tier_until")) out.tier_until = members.moment_or_null("tier_until");
  out.evidence_sha256 = members.digest("evidence_sha256");
  out.page = members.text("page", 2048);
  members.finish();
  return out;
}

Edition edition_of(const json::value& value) {
  Members members(value, "edition");
  if (members.whole("schema_version", 1, feed_schema_version) != feed_schema_version)
    refuse("edition.schema_version", "is not known to this version");
  Edition out{.issuer = members.text("issuer"),
              .serial = static_cast<uint64_t>(members.whole("serial", 1, INT64_MAX)),
              .issued = members.moment("issued"),
              .expires = members.moment("expires")};
  if (!members.take("previous_sha256").is_null())
    out.previous_sha256 = members.digest("previous_sha256");
  out.is_signed = members.truth("signed");
  const json::array& entries = members.list("entries");
  out.entries.reserve(entries.size());
  for (const json::value& each : entries) {
    out.entries.push_back(entry_of(each, "entries[" + std::to_string(out.entries.size()) + "]"));
    if (out.entries.size() > 1 &&
        !(out.entries[out.entries.size() - 2].domain < out.entries.back().domain))
      refuse("entries[" + std::to_string(out.entries.size() - 1) + "].domain",
             "must be sorted, each domain once");
  }
  members.finish();
  if (out.expires <= out.issued) refuse("edition.expires", "must be after \"issued\"");
  return out;
}

}  // namespace

std::variant<Edition, EditionError> read_edition(std::string_view text) {
  return read_strictly(text, "edition", edition_of);
}

}  // namespace mailfleet

#include "monitor/publisher.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "exporter/feed/encoding.h"
#include "exporter/feed/feed_routes.h"
#include "exporter/gateways/gateway.h"
#include "exporter/http/digest.h"
#include "exporter/http/gzip.h"
#include "monitor/cli/files.h"

namespace mailfleet {
namespace {

// A signing key is good for this long after its file was made; rotate before (next_signing_key).
constexpr Seconds signing_key_lifetime{2 * 365 * 86400};
const std::string feed_folder = "/feed/v1/";
const std::string feed_path = feed_folder + "trusted-domains.json";
const std::string edition_folder = feed_folder + "editions/";

std::optional<SigningKey> key_in(const std::filesystem::path& file) {
  if (file.empty()) return {};
  return SigningKey::read_file(file.string());
}

KeyValidity validity_of(const SigningKey& key, const std::filesystem::path& file, Time now) {
  struct stat status {};
  const Time made = ::stat(file.c_str(), &status) == 0 ? Time(Seconds(status.st_mtime)) : now;
  return {key.public_key(), made, made + signing_key_lifetime};
}

DocumentPtr document(std::string body, const char* content_type) {
  auto out = std::make_shared<Document>();
  out->gzip = gzip_of(body);
  out->etag = strong_etag(body);
  out->content_type = content_type;
  out->body = std::move(body);
  return out;
}

// Those that nobody is promised any more.
void drop_old_editions(const std::filesystem::path& folder, uint64_t newest) {
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    const std::string name = each.path().filename().string();
    const std::string digits = name.substr(0, name.find_first_not_of("0123456789"));
    uint64_t serial = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), serial);
    const bool ours = error == std::errc() && name.substr(digits.size()).starts_with(".json");
    if (ours && serial + editions_kept <= newest) std::filesystem::remove(each.path());
  }
}

PressSettings press_settings(const TrustConfig& config, std::string base_url) {
  if (!base_url.ends_with('/')) base_url += '/';
  return {.issuer = std::move(base_url),
          .edition_interval = config.edition_interval,
          .expires = config.expires,
          .entry_expires = config.suspend_unknown_after,
          .brake_percent = config.brake_percent,
          .brake_entries = config.brake_entries};
}

}  // namespace

Publisher::Publisher(const TrustConfig& config, std::string base_url, Parts parts)
    : config_(config),
      settings_(press_settings(config, std::move(base_url))),
      parts_(std::move(parts)),
      key_(key_in(config.signing_key)),
      next_key_(key_in(config.next_signing_key)) {}

void Publisher::restore(const std::optional<EditionRow>& last,
                        const std::vector<TransitionRow>& transitions) {
  for (const TransitionRow& row : transitions) moved(row.domain, row.transition, row.at);
  if (last) {
    keep(*last);
    state_ = {.serial = last->serial, .sha256 = last->sha256};
    if (auto read = read_edition(last->body); std::holds_alternative<Edition>(read))
      state_.last = std::get<Edition>(std::move(read));
  }
  // A database that was lost or set back must not make the serial go back for consumers.
  if (config_.publish_dir.empty()) return;
  const auto file = read_whole_file_if_any((config_.publish_dir / "trusted-domains.json").string(),
                                           max_edition_octets);
  if (!file) return;
  const auto read = read_edition(*file);
  if (const auto* published = std::get_if<Edition>(&read);
      published && published->serial > state_.serial) {
    state_.serial = published->serial;
    state_.sha256 = sha256_hex(*file);
    state_.last = *published;
  }
}

void Publisher::set_entry(PressEntry entry) {
  const Name name = entry.domain;
  const auto found = entries_.find(name);
  if (!is_published(entry.trust.state)) {
    news_ |= found != entries_.end();
    if (found != entries_.end()) entries_.erase(found);
    return;
  }
  entries_.insert_or_assign(name, std::move(entry));
  news_ = true;
}

void Publisher::set_exception(const Name& domain, std::optional<FeedException> exception) {
  if (exception)
    exceptions_.insert_or_assign(domain, std::move(*exception));
  else
    exceptions_.erase(domain);
}

const FeedEntry* Publisher::last_entry(const Name& domain) const {
  if (!state_.last) return nullptr;
  const auto found = std::ranges::find(state_.last->entries, domain, &FeedEntry::domain);
  return found == state_.last->entries.end() ? nullptr : &*found;
}

bool Publisher::withdraw(const Name& domain, Time now) {
  const FeedEntry* last = last_entry(domain);
  if (!last || last->state == TrustState::withdrawn || entries_.contains(domain)) return false;
  PressEntry entry(domain);
  entry.organisation = last->organisation;
  entry.trust = {.state = TrustState::withdrawn,
                 .tier = last->tier,
                 .since = now,
                 .last_verified = last->last_verified,
                 .reasons = {"opted-out"},
                 .pins = last->mx_hosts};
  entry.evidence_sha256 = last->evidence_sha256;
  set_entry(std::move(entry));
  return true;
}

std::string Publisher::organisation(const Name& domain) const {
  const FeedEntry* last = last_entry(domain);
  return last ? last->organisation : std::string();
}

std::vector<Name> Publisher::excepted() const {
  std::vector<Name> out;
  for (const auto& [name, exception] : exceptions_) out.push_back(name);
  return out;
}

std::vector<Name> Publisher::domains() const {
  std::vector<Name> out;
  for (const auto& [name, entry] : entries_) out.push_back(name);
  return out;
}

void Publisher::moved(const Name& domain, const TrustTransition& transition, Time at) {
  FeedChange change(domain);
  change.number = change_lines_.size() + 1;
  change.at = at;
  change.transition = transition;
  if (!change_lines_.empty()) change.previous_sha256 = sha256_hex(change_lines_.back());
  change_lines_.push_back(change_line(change));
  news_ = true;
}

bool Publisher::acknowledge() {
  if (!held_) return false;
  state_.acknowledged = true;
  news_ = true;
  return true;
}

void Publisher::tick(Time now) {
  if (saving_ || (pressed_at_ && now - *pressed_at_ < least_edition_gap)) return;
  const bool due = news_ || !state_.last || now - state_.last->issued >= settings_.edition_interval;
  if (!due) return;
  pressed_at_ = now;
  news_ = false;
  std::vector<PressEntry> entries;
  entries.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) entries.push_back(entry);
  Pressed pressed = press(state_, std::move(entries), key_.has_value(), settings_, now);
  if (pressed.outcome == PressOutcome::published) return publish(std::move(pressed), now);
  const bool held = pressed.outcome == PressOutcome::held;
  if (held && !held_) parts_.held(pressed.falling, pressed.active);
  if (!held && held_) parts_.released();
  held_ = held;
  // After a restart the last edition stands, also while the next waits for a person.
  if (!shown_ && newest_ && state_.last && newest_->serial == state_.serial) show(now);
}

void Publisher::publish(Pressed pressed, Time now) {
  EditionRow row{.serial = pressed.edition.serial,
                 .issued = pressed.edition.issued,
                 .expires = pressed.edition.expires,
                 .body = edition_json(pressed.edition)};
  row.sha256 = sha256_hex(row.body);
  if (key_) {
    row.signature = minisign_text(*key_, row.body, edition_comment(pressed.edition));
    row.jws = jws_text(*key_, row.body);
  }
  saving_ = true;
  auto edition = std::make_shared<Edition>(std::move(pressed.edition));
  parts_.save(row, [this, row, edition, now](bool saved) {
    saving_ = false;
    if (!saved) {  // what is not on the disk is not published: the serial could go back
      news_ = true;
      return;
    }
    if (held_) parts_.released();
    held_ = false;
    state_ = {.serial = row.serial, .sha256 = row.sha256, .last = std::move(*edition)};
    keep(row);
    show(now);
  });
}

// The documents of an edition are made once and served until the next; older ones are read from the
// store when somebody asks.
void Publisher::keep(const EditionRow& row) {
  Kept kept{.serial = row.serial,
            .issued = row.issued,
            .expires = row.expires,
            .body = document(row.body, "application/json")};
  if (!row.signature.empty()) {
    kept.signature = document(row.signature, signature_type);
    kept.jws = document(row.jws, jws_type);
  }
  newest_ = std::move(kept);
}

void Publisher::write_files(const FeedView& view) {
  if (config_.publish_dir.empty()) return;
  const std::filesystem::path folder = config_.publish_dir / "editions";
  std::filesystem::create_directories(folder);
  write_edition(folder);
  drop_old_editions(folder, newest_->serial);
  // Signatures go before what they sign, so that a new text never lies beside an old signature.
  for (const std::string name :
       {"keys.json", "changes.json", "exceptions.json.sig", "exceptions.json"})
    if (const DocumentPtr made = view.find(feed_folder + name))
      replace_file((config_.publish_dir / name).string(), made->body);
}

void Publisher::write_edition(const std::filesystem::path& folder) const {
  // Each edition lies under its serial with its signatures before the well-known name points to it,
  // so that a reader who follows the serial never sees a body with another's signature.
  const std::string base = (folder / std::to_string(newest_->serial)).string() + ".json";
  const std::string known = (config_.publish_dir / "trusted-domains.json").string();
  replace_file(base, newest_->body->body);
  if (newest_->signature) {
    replace_file(base + ".sig", newest_->signature->body);
    replace_file(base + ".jws", newest_->jws->body);
    replace_file(known + ".sig", newest_->signature->body);
    replace_file(known + ".jws", newest_->jws->body);
  }
  replace_file(known, newest_->body->body);
}

void Publisher::add_documents(FeedView& view, Time now) const {
  const auto add = [&](std::string path, std::string body, const char* type) {
    view.documents.emplace_back(std::move(path), document(std::move(body), type));
  };
  std::vector<KeyValidity> keys;
  if (key_) keys.push_back(validity_of(*key_, config_.signing_key, now));
  if (next_key_) keys.push_back(validity_of(*next_key_, config_.next_signing_key, now));
  add("/feed/v1/keys.json", keys_json(keys), "application/json");
  add("/feed/v1/changes.json", changes_json(change_lines_), "application/json");
  std::vector<FeedException> exceptions;
  for (const auto& [name, exception] : exceptions_) exceptions.push_back(exception);
  std::string excepted =
      exceptions_json(exceptions, settings_.issuer, now, now + settings_.expires);
  if (key_)  // who may be sent to in the clear is believed on the same terms as an edition
    add("/feed/v1/exceptions.json.sig",
        minisign_text(*key_, excepted, "issued:" + to_text(now) + " file:exceptions.json"),
        "text/plain; charset=utf-8");
  add("/feed/v1/exceptions.json", std::move(excepted), "application/json");
  const GatewayOptions options{.allow_unsigned = false, .now = now};
  const auto rules = [&](const char* path, const GatewayText& text, const char* type) {
    if (const auto* body = std::get_if<std::string>(&text)) add(path, *body, type);
  };
  const Edition& edition = *state_.last;
  rules("/feed/v1/postfix-tls-policy", export_postfix(edition, options),
        "text/plain; charset=utf-8");
  rules("/feed/v1/exim-tls-policy", export_exim(edition, options), "text/plain; charset=utf-8");
  rules("/feed/v1/exchange-online.ps1", export_exchange(edition, options),
        "text/plain; charset=utf-8");
  rules("/feed/v1/trusted-domains.csv", export_csv(edition, options), "text/csv; charset=utf-8");
  rules("/feed/v1/starttls-everywhere.json", export_starttls_everywhere(edition, options),
        "application/json");
}

FeedView Publisher::view_at(Time now) const {
  FeedView view{.serial = newest_->serial,
                .issued = newest_->issued,
                .expires = newest_->expires,
                .is_signed = key_.has_value()};
  const auto add = [&](const char* end, const DocumentPtr& made) {
    if (!made) return;
    view.documents.emplace_back(edition_folder + std::to_string(newest_->serial) + ".json" + end,
                                made);
    view.documents.emplace_back(feed_path + end, made);
  };
  add("", newest_->body);
  add(".sig", newest_->signature);
  add(".jws", newest_->jws);
  add_documents(view, now);
  return view;
}

void Publisher::show(Time now) {
  FeedView view = view_at(now);
  try {
    write_files(view);
  } catch (const std::exception& error) {
    parts_.trouble(error.what());
  }
  shown_ = true;
  parts_.show(std::move(view));
}

}  // namespace mailfleet

#include "exporter/feed/verify.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "checks/base/text.h"
#include "exporter/feed/encoding.h"

namespace mailfleet {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 9> verdicts{"accepted",    "bad-signature", "wrong-key",
                                                   "malformed",   "expired",       "not-yet-issued",
                                                   "rolled-back", "leapt-ahead",   "unsigned"};
constexpr size_t max_keys = 16;

Verification refused(Verdict verdict, std::string why) {
  return {.verdict = verdict, .why = std::move(why)};
}

// Whether the signature text (either dress) covers the body under one of the keys.
std::optional<Verification> check_signature(std::string_view body, std::string_view signature,
                                            const std::vector<PublicKey>& keys) {
  if (keys.empty()) return refused(Verdict::wrong_key, "no usable public key was given");
  if (const auto file = parse_minisign(signature)) {
    const auto key =
        std::ranges::find_if(keys, [&](const PublicKey& k) { return k.id() == file->key_id; });
    if (key == keys.end())
      return refused(Verdict::wrong_key, "the signature is by key " + hex(file->key_id) +
                                             ", which is not among the keys given");
    if (verifies(*key, body, *file)) return {};
    return refused(Verdict::bad_signature, "the signature does not match the file");
  }
  for (const PublicKey& key : keys)
    if (const auto payload = jws_payload(key, signature)) {
      if (*payload == body) return {};
      return refused(Verdict::bad_signature, "the signed payload is not this file");
    }
  return refused(Verdict::bad_signature,
                 "the signature is neither a good minisign file nor a good JWS by these keys");
}

std::optional<Verification> check_serial(const AcceptedEdition& now,
                                         const AcceptedEdition& before) {
  if (now.serial < before.serial)
    return refused(Verdict::rolled_back, "serial " + std::to_string(now.serial) +
                                             " is older than " + std::to_string(before.serial) +
                                             ", accepted before");
  if (now.serial == before.serial && now.sha256 != before.sha256)
    return refused(Verdict::rolled_back, "serial " + std::to_string(now.serial) +
                                             " was accepted before with other content");
  if (now.serial - before.serial > max_serial_leap)
    return refused(Verdict::leapt_ahead, "serial " + std::to_string(now.serial) +
                                             " leaps more than " + std::to_string(max_serial_leap) +
                                             " ahead of " + std::to_string(before.serial));
  return {};
}

std::optional<Verification> check_dates(const Edition& edition, Time now) {
  if (edition.issued > now + max_clock_skew)
    return refused(Verdict::not_yet_issued,
                   "issued " + to_text(edition.issued) + ", which is still to come");
  if (now >= edition.expires)
    return refused(Verdict::expired, "expired " + to_text(edition.expires));
  return {};
}

std::optional<PublicKey> key_of(const json::value& value, Time now) {
  const json::object* object = value.if_object();
  const auto text = [&](const char* name) -> std::string {
    const json::value* found = object ? object->if_contains(name) : nullptr;
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
  };
  if (text("algorithm") != "Ed25519") return {};
  const auto not_before = parse_time(text("not_before"));
  const auto not_after = parse_time(text("not_after"));
  if ((not_before && now + max_clock_skew < *not_before) || (not_after && now > *not_after))
    return {};
  const auto octets = from_base64(text("public_key"));
  const auto key = octets ? PublicKey::from_octets(*octets) : std::nullopt;
  return key && key->id_text() == text("id") ? key : std::nullopt;
}

}  // namespace

std::string_view to_text(Verdict verdict) { return verdicts[static_cast<size_t>(verdict)]; }

std::string AcceptedEdition::text() const { return std::to_string(serial) + " " + sha256 + "\n"; }

std::optional<AcceptedEdition> AcceptedEdition::parse(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return {};
  AcceptedEdition out{.sha256 = std::string(text.substr(blank + 1))};
  const auto [end, error] = std::from_chars(text.data(), text.data() + blank, out.serial);
  if (error != std::errc() || end != text.data() + blank) return {};
  if (out.sha256.size() != 64 || !from_hex(out.sha256)) return {};
  return out;
}

Verification verify_edition(std::string_view body, std::string_view signature,
                            const std::vector<PublicKey>& keys,
                            const std::optional<AcceptedEdition>& before, Time now) {
  if (auto bad = check_signature(body, signature, keys)) return *std::move(bad);
  auto read = read_edition(body);
  if (const auto* error = std::get_if<EditionError>(&read))
    return refused(Verdict::malformed, error->what);
  Edition& edition = std::get<Edition>(read);
  if (!edition.is_signed)
    return refused(Verdict::unsigned_feed, "the edition calls itself unsigned");
  const AcceptedEdition accepted{edition.serial, sha256_hex(body)};
  if (before)
    if (auto bad = check_serial(accepted, *before)) return *std::move(bad);
  if (auto bad = check_dates(edition, now)) return *std::move(bad);
  return {.verdict = Verdict::accepted, .edition = std::move(edition), .accepted = accepted};
}

std::optional<std::string> signature_fault(std::string_view body, std::string_view signature,
                                           const std::vector<PublicKey>& keys) {
  if (auto bad = check_signature(body, signature, keys)) return std::move(bad->why);
  return {};
}

std::vector<PublicKey> read_public_keys(std::string_view text, Time now) {
  std::vector<PublicKey> out;
  if (!trim(text).starts_with("{")) {
    if (const auto key = PublicKey::from_minisign(text)) out.push_back(*key);
    return out;
  }
  json::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* object = error ? nullptr : value.if_object();
  const json::value* keys = object ? object->if_contains("keys") : nullptr;
  if (!keys || !keys->is_array()) return out;
  for (const json::value& each : keys->get_array()) {
    if (const auto key = key_of(each, now)) out.push_back(*key);
    if (out.size() == max_keys) break;
  }
  return out;
}

}  // namespace mailfleet

#include "world/read_server.h"

#include <algorithm>

#include "world/tls_server.h"

namespace mailfleet {
namespace {

const std::vector<std::string> keys_known = {"rsa-1024", "rsa-2048", "rsa-3072", "rsa-4096",
                                             "ec-p256",  "ec-p384",  "ec-p521",  "ed25519"};
const std::vector<std::string> issuers = {"ca", "other-ca", "self", "untrusted",
                                          "expired-intermediate"};
const std::vector<std::string> signatures = {"sha1", "sha256", "sha384", "sha512"};

// "-10d", "+90d", or a fixed "2026-11-21T12:00:00Z".
std::optional<WorldMoment> parse_moment(std::string_view text) {
  if (const auto fixed = parse_time(text)) return WorldMoment{.fixed = fixed};
  const bool before = text.starts_with('-');
  if (before || text.starts_with('+')) text.remove_prefix(1);
  const auto distance = parse_duration(text);
  if (!distance) return {};
  const auto whole = std::chrono::duration_cast<Seconds>(*distance);
  return WorldMoment{.offset = before ? -whole : whole};
}

void read_certificate(StrictTable& above, CertificateRecipe& into) {
  const toml::table* toml = above.table("certificate");
  if (!toml) return;
  std::string where = above.where();
  where.insert(where.size() - 1, ".certificate");
  StrictTable table(*toml, above.file(), where);
  if (auto names = table.texts("names")) into.names = std::move(*names);
  if (auto name = table.text("common_name")) into.common_name = std::move(*name);
  read_moment(table, "not_before", into.not_before);
  read_moment(table, "not_after", into.not_after);
  if (const auto key = table.word("key", keys_known)) into.key = *key;
  if (const auto issuer = table.word("issuer", issuers)) into.issuer = *issuer;
  if (const auto chain = table.word("chain", {"full", "leaf-only"})) into.chain = *chain;
  if (const auto signature = table.word("signature", signatures)) into.signature = *signature;
  if (const auto purpose = table.word("purpose", {"server", "client"})) into.purpose = *purpose;
  if (auto pem = table.text("pem")) into.pem = std::move(*pem);
  table.refuse_the_rest();
}

void read_versions(StrictTable& table, std::vector<std::string>& into) {
  const auto versions = table.texts("tls");
  if (!versions) return;
  into.clear();
  for (const std::string& version : *versions) {
    const std::string bare = version.starts_with("TLSv") ? version.substr(4) : version;
    if (bare == "1.0" || bare == "1")
      into.push_back("TLSv1");
    else if (bare == "1.1" || bare == "1.2" || bare == "1.3")
      into.push_back("TLSv" + bare);
    else
      table.refuse_key("tls", "must be a list of \"1.0\", \"1.1\", \"1.2\" and \"1.3\"");
  }
  std::ranges::sort(into);
}

void read_suites(StrictTable& table, std::vector<std::string>& into) {
  const auto suites = table.texts("suites");
  if (!suites) return;
  if (!std::ranges::all_of(*suites, is_suite))
    table.refuse_key("suites",
                     "must be a list of OpenSSL's names up to TLS 1.2, like \"AES128-GCM-SHA256\"");
  into = *suites;
}

void read_misbehaviour(StrictTable& table, std::vector<std::string> allowed, std::string& into) {
  allowed.push_back("none");
  if (const auto word = table.word("misbehaviour", allowed)) into = *word == "none" ? "" : *word;
}

}  // namespace

void read_moment(StrictTable& table, const std::string& key, WorldMoment& into) {
  const auto text = table.text(key);
  if (!text) return;
  const auto moment = parse_moment(*text);
  if (!moment)
    table.refuse_key(key, "must be a distance from now such as \"-10d\" or \"+90d\", or a time");
  into = *moment;
}

void read_server(StrictTable& table, WorldSmtp& into) {
  if (auto banner = table.text("banner")) into.banner = std::move(*banner);
  if (auto ehlo = table.texts("ehlo")) into.ehlo = std::move(*ehlo);
  if (auto reply = table.text("starttls")) into.starttls = std::move(*reply);
  read_versions(table, into.tls.versions);
  read_suites(table, into.tls.suites);
  read_misbehaviour(table, smtp_misbehaviours(), into.misbehaviour);
  if (const auto delay = table.duration("delay")) into.delay = *delay;
  read_certificate(table, into.certificate);
  table.refuse_the_rest();
}

void read_server(StrictTable& table, WorldHttps& into) {
  if (const auto status = table.number("status", 100, 599)) into.status = static_cast<int>(*status);
  if (auto type = table.text("content_type")) into.content_type = std::move(*type);
  if (auto body = table.text("body")) into.body = std::move(*body);
  if (auto location = table.text("location")) into.location = std::move(*location);
  read_versions(table, into.tls.versions);
  read_suites(table, into.tls.suites);
  read_misbehaviour(table, https_misbehaviours(), into.misbehaviour);
  if (const auto delay = table.duration("delay")) into.delay = *delay;
  read_certificate(table, into.certificate);
  table.refuse_the_rest();
}

}  // namespace mailfleet

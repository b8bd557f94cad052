#include "checks/dkim/key.h"

#include <doctest/doctest.h>

#include "checks/dkim/test_keys.h"

using namespace mailfleet;
using namespace mailfleet::dkim;

namespace {

std::string of(std::string_view before, const char* key, std::string_view after = "") {
  return std::string(before) + key + std::string(after);
}

struct Row {
  std::string txt;
  State state;
  Fault fault = Fault::none;
  int bits = 0;
};

}  // namespace

TEST_CASE("dkim: one key record") {
  using enum State;
  const std::string k2048 = keys::rsa_2048;
  const Row rows[] = {
      {of("v=DKIM1; k=rsa; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; p=", keys::rsa_2048_bare), valid, Fault::none, 2048},
      {of("p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("k=rsa; p=", keys::rsa_4096, ";"), valid, Fault::none, 4096},
      {of("v=DKIM1; p=", keys::rsa_1024), valid, Fault::none, 1024},
      {of("v=DKIM1; p=", keys::rsa_1536), valid, Fault::none, 1536},
      {of("v=DKIM1; p=", keys::rsa_768), unusable, Fault::too_short, 768},
      {of("v=DKIM1; p=", keys::rsa_512), unusable, Fault::too_short, 512},
      {of("v=DKIM1; k=ed25519; p=", keys::ed25519), valid, Fault::none, 256},
      {of("v=DKIM1; k=ed25519; p=", keys::ed25519_wrapped), invalid, Fault::key_data},
      {of("v=DKIM1; k=ed25519; p=", keys::rsa_2048), invalid, Fault::key_data},
      {of("v=DKIM1; k=rsa; p=", keys::ed25519), invalid, Fault::key_data},
      {of("v=DKIM1; p=", keys::ed25519), invalid, Fault::key_data},
      {of("v=DKIM1; p=", keys::ed25519_wrapped), invalid, Fault::key_data},
      {of("v=DKIM1; p=", keys::ec_p256), invalid, Fault::key_data},
      {of("v=DKIM1; p=", keys::certificate), invalid, Fault::certificate},
      // Versions (RFC 6376 §3.6.1): first, exactly, if at all.
      {of("v=DKIM2; p=", keys::rsa_2048), invalid, Fault::version},
      {of("v=dkim1; p=", keys::rsa_2048), invalid, Fault::version},
      {of("v=DKIM1.0; p=", keys::rsa_2048), invalid, Fault::version},
      {of("k=rsa; v=DKIM1; p=", keys::rsa_2048), invalid, Fault::version},
      {of("v = DKIM1 ; p = ", keys::rsa_2048, " ; "), valid, Fault::none, 2048},
      {of(" v=DKIM1; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("V=DKIM1; p=", keys::rsa_2048), valid, Fault::none, 2048},
      // Texts that are no key records at all.
      {"v=spf1 ?all", absent},
      {"v=spf1 include:x.example -all", absent},
      {"v=DMARC1; p=reject", absent},
      {"v=STSv1; id=1;", absent},
      {"google-site-verification=abc", absent},
      {"MS=ms12345", absent},
      {"hello", absent},
      {"", absent},
      {"o=~", absent},
      // p= empty revokes, whatever else is said.
      {"v=DKIM1; p=", revoked},
      {"p=", revoked},
      {"v=DKIM1; k=rsa; p=;", revoked},
      {"v=DKIM1; p= ;t=y", revoked},
      {"v=DKIM1; k=unheard; p=", revoked},
      // Broken lists (§3.2).
      {"v=DKIM1", invalid, Fault::no_key},
      {"v=DKIM1; k=rsa", invalid, Fault::no_key},
      {of("v=DKIM1; p=", keys::rsa_2048, "; p="), invalid, Fault::syntax},
      {of("v=DKIM1; k=rsa; k=rsa; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1; x=1; x=2; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1; stray; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1;; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1; =x; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1; 1x=y; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1; n=\xc3\xa9; p=", keys::rsa_2048), invalid, Fault::syntax},
      {of("v=DKIM1; p=", keys::rsa_2048, ";;"), invalid, Fault::syntax},
      {of("v=DKIM1; x=1; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; n=for the mail=now; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; g=; p=", keys::rsa_2048), valid, Fault::none, 2048},
      // Base64 with blanks anywhere, but whole quads (§2.10).
      {"v=DKIM1; p=" + k2048.substr(0, 50) + " " + k2048.substr(50, 3) + "\t" + k2048.substr(53),
       valid, Fault::none, 2048},
      {"v=DKIM1; p=" + k2048.substr(0, 50) + "\r\n " + k2048.substr(50), valid, Fault::none, 2048},
      {"v=DKIM1; p=" + k2048.substr(0, 50) + "-" + k2048.substr(50), invalid, Fault::base64},
      {"v=DKIM1; p=" + k2048.substr(0, k2048.size() - 1), invalid, Fault::base64},
      {"v=DKIM1; p=" + k2048.substr(0, k2048.size() - 4), invalid, Fault::key_data},
      {"v=DKIM1; p=" + k2048 + "AAAA", invalid, Fault::key_data},
      {"v=DKIM1; p=" + k2048 + "====", invalid, Fault::base64},
      {"v=DKIM1; p=MIIB", invalid, Fault::key_data},
      {"v=DKIM1; p=A===", invalid, Fault::base64},
      {"v=DKIM1; p=-----BEGIN PUBLIC KEY-----", invalid, Fault::base64},
      {"v=DKIM1; p=\"" + k2048 + "\"", invalid, Fault::base64},
      // k: unknown kinds are of no use, and case counts (§3.2).
      {of("v=DKIM1; k=ecdsa; p=", keys::ec_p256), unusable, Fault::key_type},
      {of("v=DKIM1; k=RSA; p=", keys::rsa_2048), unusable, Fault::key_type},
      {of("v=DKIM1; k=; p=", keys::rsa_2048), unusable, Fault::key_type},
      // h: unknown algorithms are ignored, SHA-256 must be left (RFC 8301 §3.1).
      {of("v=DKIM1; h=sha256; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; h=sha1:sha256; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; h=sha1 : sha256 ; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; h=sha1; p=", keys::rsa_2048), unusable, Fault::sha1_only, 2048},
      {of("v=DKIM1; h=sha512; p=", keys::rsa_2048), unusable, Fault::sha1_only, 2048},
      {of("v=DKIM1; h=; p=", keys::rsa_2048), unusable, Fault::sha1_only, 2048},
      // s: mail, or everything.
      {of("v=DKIM1; s=email; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; s=*; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; s=tlsrpt:email; p=", keys::rsa_2048), valid, Fault::none, 2048},
      {of("v=DKIM1; s=tlsrpt; p=", keys::rsa_2048), unusable, Fault::not_email, 2048},
      {of("v=DKIM1; s=; p=", keys::rsa_2048), unusable, Fault::not_email, 2048},
  };
  for (const Row& row : rows) {
    CAPTURE(row.txt);
    const Key key = parse_key(row.txt);
    CHECK(to_text(key.state) == to_text(row.state));
    CHECK(static_cast<int>(key.fault) == static_cast<int>(row.fault));
    CHECK(key.bits == row.bits);
  }
}

TEST_CASE("dkim: flags") {
  CHECK(parse_key(of("v=DKIM1; t=y; p=", keys::rsa_2048)).testing);
  CHECK(parse_key(of("v=DKIM1; t=s:y; p=", keys::rsa_2048)).testing);
  CHECK(parse_key(of("v=DKIM1; t=s : y; p=", keys::rsa_2048)).testing);
  CHECK(!parse_key(of("v=DKIM1; t=s; p=", keys::rsa_2048)).testing);
  CHECK(!parse_key(of("v=DKIM1; t=Y; p=", keys::rsa_2048)).testing);
  CHECK(!parse_key(of("v=DKIM1; p=", keys::rsa_2048)).testing);
}

TEST_CASE("dkim: several records at one selector are anybody's guess") {
  const std::string one = of("v=DKIM1; p=", keys::rsa_2048);
  const std::string two = of("v=DKIM1; p=", keys::rsa_1024);
  CHECK(parse_records({}).state == State::absent);
  CHECK(parse_records({one}).state == State::valid);
  CHECK(parse_records({one, two}).state == State::ambiguous);
  CHECK(parse_records({one, "v=spf1 -all"}).state == State::ambiguous);
  CHECK(parse_records({"v=DMARC1;p=reject", "v=spf1 ?all"}).state == State::absent);
}

#include "checks/dane/tlsa.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include "monitor/probe/tls_certificate.h"
#include "tests/certificates.h"

using namespace mailfleet;

namespace {

// A leaf for mx1.example.com, the same key renewed, a leaf for example.com, and who signed them.
constexpr const char* renewed_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBYzCCAQigAwIBAgIUX68HSAlzjJidy4ZabOHe00fg3pIwCgYIKoZIzj0EAwIw\n"
    "GjEYMBYGA1UEAwwPVGVzdCBJc3N1aW5nIENBMB4XDTI2MDEwMTAwMDAwMFoXDTQ2\n"
    "MDEwMTAwMDAwMFowGjEYMBYGA1UEAwwPbXgxLmV4YW1wbGUuY29tMFkwEwYHKoZI\n"
    "zj0CAQYIKoZIzj0DAQcDQgAEz1KumnWycwkpgX3XNgwdL11jn/9OMKulvGnZS9X7\n"
    "pxTUo3F5KpF6MvzjazRr7nCnaNPANTSv44VXYoXx6JhU+6MsMCowDAYDVR0TAQH/\n"
    "BAIwADAaBgNVHREEEzARgg9teDEuZXhhbXBsZS5jb20wCgYIKoZIzj0EAwIDSQAw\n"
    "RgIhAKa82Snnv+LRBIP4+LM25M/FySjXkpu08OdvWLfku1Q8AiEAuCTNmabpH4pS\n"
    "NUBEThhc+LVNlL2e0RztlGYbWRN6I0c=\n"
    "-----END CERTIFICATE-----\n";

constexpr const char* issuing_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBQjCB6aADAgECAhRlxJashJ9ATNZpppOjiBlgAaRaxjAKBggqhkjOPQQDAjAU\n"
    "MRIwEAYDVQQDDAlUZXN0IFJvb3QwHhcNMjYwMTAxMDAwMDAwWhcNNDYwMTAxMDAw\n"
    "MDAwWjAaMRgwFgYDVQQDDA9UZXN0IElzc3VpbmcgQ0EwWTATBgcqhkjOPQIBBggq\n"
    "hkjOPQMBBwNCAAS+HFnvTKU0tvq46RWM558rwOmmL4WaXpbspo4VWkdT7Pgh/m9y\n"
    "2xSGoePfr62MC+w/uZ90G4IfxaHmBdVPcAohoxMwETAPBgNVHRMBAf8EBTADAQH/\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIHLtjYIY90s0xM1I5hye/jA9mnNlSXEpvYuqdnl0\n"
    "JOm+AiEA74/IQmGMyGPzlR9VYww3lKNUvQVbj+WLtaRIuqks2gc=\n"
    "-----END CERTIFICATE-----\n";

constexpr const char* leaf_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBYzCCAQigAwIBAgIUApl7Is8M+dNnZDM1xU1EdgXAMgYwCgYIKoZIzj0EAwIw\n"
    "GjEYMBYGA1UEAwwPVGVzdCBJc3N1aW5nIENBMB4XDTI2MDEwMTAwMDAwMFoXDTQ2\n"
    "MDEwMTAwMDAwMFowGjEYMBYGA1UEAwwPbXgxLmV4YW1wbGUuY29tMFkwEwYHKoZI\n"
    "zj0CAQYIKoZIzj0DAQcDQgAEz1KumnWycwkpgX3XNgwdL11jn/9OMKulvGnZS9X7\n"
    "pxTUo3F5KpF6MvzjazRr7nCnaNPANTSv44VXYoXx6JhU+6MsMCowDAYDVR0TAQH/\n"
    "BAIwADAaBgNVHREEEzARgg9teDEuZXhhbXBsZS5jb20wCgYIKoZIzj0EAwIDSQAw\n"
    "RgIhAKT1zlK1Ih9Iy0qXV+2iYAa1t3JEeo8AkHM8x3WVcpR+AiEA/u0qvZ70kg7t\n"
    "VE2mDQjNKXg2/L76e9n52IV9v46S1F4=\n"
    "-----END CERTIFICATE-----\n";

constexpr const char* root_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBOzCB46ADAgECAhRUXb8+lN+Nhd083vgCfsmuv0k6HDAKBggqhkjOPQQDAjAU\n"
    "MRIwEAYDVQQDDAlUZXN0IFJvb3QwHhcNMjYwMTAxMDAwMDAwWhcNNDYwMTAxMDAw\n"
    "MDAwWjAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMB\n"
    "BwNCAAT9dvVkCu++686yOOGjD8f/Lql8d5eRaX4BMRGLS649XpN8iyD3kjdjR1hL\n"
    "0I2IreJjgojP6utOMZb400Nj0Av8oxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqG\n"
    "SM49BAMCA0cAMEQCICtlBv7aeQLfU1uDUN8n2WbUT7xq/niOOel4K9ef+xNCAiAm\n"
    "K9N6P2TKgftgXsasyqlMMp/sZYbLwvy/+YWkujcPgw==\n"
    "-----END CERTIFICATE-----\n";

constexpr const char* next_hop_pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBWjCCAQCgAwIBAgIUHEIdY/l4VTH9nAxCVFhLsK9EsWkwCgYIKoZIzj0EAwIw\n"
    "GjEYMBYGA1UEAwwPVGVzdCBJc3N1aW5nIENBMB4XDTI2MDEwMTAwMDAwMFoXDTQ2\n"
    "MDEwMTAwMDAwMFowFjEUMBIGA1UEAwwLZXhhbXBsZS5jb20wWTATBgcqhkjOPQIB\n"
    "BggqhkjOPQMBBwNCAAT9LQannu/3N+WSLKdQtA6LGiRwFYsEuqbKKZLOV4cbh5cs\n"
    "g7yYhnmogudHxhl2WFrdTZj/J+0SeFiQxplrRUjuoygwJjAMBgNVHRMBAf8EAjAA\n"
    "MBYGA1UdEQQPMA2CC2V4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIQDZyUT3\n"
    "fNsq1KCXi65kJAB4T+2zZYgRIcav93tLE4pJWAIgSAg8bttw0vR4yyIjJTE8Unof\n"
    "ODb7DYuTiGgFzjGAx5c=\n"
    "-----END CERTIFICATE-----\n";
CertificatePtr from_pem(const char* pem) {
  const BioHandle in(BIO_new_mem_buf(pem, -1));
  const X509Handle parsed(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  REQUIRE(parsed);
  return std::make_shared<Certificate>(read_certificate(parsed.get()));
}

std::string octets(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return out;
}

TlsaRecord record(int usage, int selector, int matching, std::string_view hex) {
  return {static_cast<uint8_t>(usage), static_cast<uint8_t>(selector),
          static_cast<uint8_t>(matching), octets(hex)};
}

constexpr const char* of_renewed_certificate =
    "817dab3da3548d8905f5b81670a711355182d9794e7bb6b1d17803b5b633fbc0";
constexpr const char* of_leaf_key =
    "9ceda9b61a68b143743475279716f5d8b1d91d98d2d0c00f0541f94e23182f73";
constexpr const char* of_other_key =
    "a0fbb1b8d5fdb41e122e6d757395f7014ea9aaad76011e033cf651cb497c29c9";
constexpr const char* of_other_key_sha512 =
    "e77f711a0e0cbcf66c255507fbe2acfac03c3c37e02052fb3113f3e25981e4f84ee9654154a040faab7f14b4139a34"
    "90"
    "600b70299fbd96d8ceda675c672a5eda";
constexpr const char* of_root = "704a4d6de5a1bf7d09e720bae9042189dc9fda987938f4cffdecb568cf0ea6d0";
constexpr const char* of_issuing =
    "797ca27c0d32e6e6d2e189b763d763d4d7c237adae588762552f49be17e7fecc";
constexpr const char* key_in_full =
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004cf52ae9a75b2730929817dd7360c1d2f5d639fff"
    "4e30"
    "aba5bc69d94bd5fba714d4a371792a917a32fce36b346bee70a768d3c03534afe385576285f1e89854fb";

const Time june = *parse_time("2026-06-15T12:00:00Z");

TlsaContext seen(std::vector<const char*> pems,
                 std::vector<const char*> names = {"mx1.example.com", "example.com"}) {
  TlsaContext out{.now = june};
  for (const char* pem : pems) out.sent.push_back(from_pem(pem));
  for (const char* name : names) out.names.push_back(*Name::parse(name));
  return out;
}

}  // namespace

TEST_CASE("tlsa: which records SMTP can use") {
  const std::string sha256(64, 'a'), sha512(128, 'b');
  struct Row {
    TlsaRecord record;
    bool usable;
  };
  const Row rows[] = {{record(3, 0, 1, sha256), true},
                      {record(3, 1, 1, sha256), true},
                      {record(3, 1, 2, sha512), true},
                      {record(2, 0, 1, sha256), true},
                      {record(2, 1, 2, sha512), true},
                      {record(3, 1, 0, key_in_full), true},
                      {record(2, 1, 0, key_in_full), true},
                      {{3, 0, 0, from_pem(leaf_pem)->der}, true},
                      {{2, 0, 0, from_pem(root_pem)->der}, true},
                      // PKIX-TA and PKIX-EE: RFC 7672 §3.1.3.
                      {record(0, 0, 1, sha256), false},
                      {record(1, 1, 1, sha256), false},
                      {record(4, 1, 1, sha256), false},
                      {record(255, 1, 1, sha256), false},
                      {record(3, 2, 1, sha256), false},
                      {record(3, 255, 1, sha256), false},
                      {record(3, 1, 3, sha256), false},
                      {record(3, 1, 255, sha256), false},
                      // Digests of the wrong length.
                      {record(3, 1, 1, sha512), false},
                      {record(3, 1, 2, sha256), false},
                      {record(3, 1, 1, sha256.substr(2)), false},
                      {record(3, 1, 1, sha256 + "aa"), false},
                      {record(3, 1, 1, std::string(36, 'a')), false},
                      {record(3, 1, 1, ""), false},
                      // Full data that is something else, cut, or too long.
                      {record(3, 1, 0, ""), false},
                      {record(3, 0, 0, key_in_full), false},
                      {{3, 1, 0, from_pem(leaf_pem)->der}, false},
                      {record(3, 1, 0, std::string(key_in_full).substr(0, 180)), false},
                      {record(3, 1, 0, std::string(key_in_full) + "00"), false},
                      {{3, 0, 0, from_pem(leaf_pem)->der + "x"}, false},
                      {record(3, 1, 0, sha256), false}};
  for (const Row& row : rows) {
    CAPTURE(combination_text(row.record));
    CAPTURE(row.record.data.size());
    CHECK(is_usable(row.record) == row.usable);
  }
}

namespace {

struct MatchRow {
  const char* name;
  std::vector<TlsaRecord> records;
  TlsaContext seen;
  bool authenticated;
  std::vector<std::string> uncovered{};
  std::optional<bool> without_agility{};  // empty: the same
};

}  // namespace

TEST_CASE("tlsa: records against chains") {
  const TlsaContext usual = seen({leaf_pem, issuing_pem});
  const TlsaContext with_root = seen({leaf_pem, issuing_pem, root_pem});
  const CertificatePtr leaf = usual.sent[0], issuing = usual.sent[1], root = with_root.sent[2];
  const TlsaContext renewed = seen({renewed_pem, issuing_pem});
  const TlsaContext other_name = seen({leaf_pem, issuing_pem}, {"mx2.example.com"});
  TlsaContext late = usual;
  late.now = *parse_time("2050-01-01");
  const MatchRow rows[] = {
      {"certificate digest after renewal",
       {record(3, 0, 1, of_renewed_certificate)},
       renewed,
       false,
       {"3 0 1"}},
      {"key digest after renewal", {record(3, 1, 1, of_leaf_key)}, renewed, true},
      {"root sent", {record(2, 0, 1, of_root)}, with_root, true},
      {"root not sent", {record(2, 0, 1, of_root)}, usual, false, {"2 0 1"}},
      {"intermediate as anchor", {record(2, 0, 1, of_issuing)}, usual, true},
      {"next-hop name", {record(2, 0, 1, of_issuing)}, seen({next_hop_pem, issuing_pem}), true},
      {"next-hop name not allowed",
       {record(2, 0, 1, of_issuing)},
       seen({next_hop_pem, issuing_pem}, {"mx1.example.com"}),
       false,
       {"2 0 1"}},
      {"usage 2 with another name", {record(2, 0, 1, of_issuing)}, other_name, false, {"2 0 1"}},
      {"usage 3 with another name", {record(3, 1, 1, of_leaf_key)}, other_name, true},
      {"usage 2 past its dates", {record(2, 0, 1, of_issuing)}, late, false, {"2 0 1"}},
      {"usage 3 past its dates", {record(3, 1, 1, of_leaf_key)}, late, true},
      {"one of two", {record(3, 1, 1, of_other_key), record(3, 1, 1, of_leaf_key)}, usual, true},
      {"a combination uncovered",
       {record(3, 1, 1, of_leaf_key), record(2, 1, 1, of_other_key)},
       usual,
       true,
       {"2 1 1"}},
      {"digest agility",
       {record(3, 1, 1, of_leaf_key), record(3, 1, 2, of_other_key_sha512)},
       usual,
       false,
       {"3 1 2"},
       true},
      {"agility leaves full data",
       {{3, 1, 0, leaf->spki}, record(3, 1, 2, of_other_key_sha512)},
       usual,
       true,
       {"3 1 2"}},
      {"agility is per selector",
       {record(3, 1, 1, of_leaf_key), {3, 0, 2, std::string(64, 'x')}},
       usual,
       true,
       {"3 0 2"}},
      {"agility is per usage",
       {record(3, 1, 1, of_leaf_key), record(2, 1, 2, of_other_key_sha512)},
       usual,
       true,
       {"2 1 2"}},
      {"agility ignores the unusable",
       {record(3, 1, 1, of_leaf_key), record(3, 1, 2, of_other_key)},
       usual,
       true},
      {"certificate in full", {{3, 0, 0, leaf->der}}, usual, true},
      {"key in full", {{3, 1, 0, leaf->spki}}, usual, true},
      {"another key in full",
       {record(3, 1, 0, key_in_full)},
       usual,
       leaf->spki == octets(key_in_full),
       leaf->spki == octets(key_in_full) ? std::vector<std::string>{}
                                         : std::vector<std::string>{"3 1 0"}},
      {"root in full, not sent", {{2, 0, 0, root->der}}, usual, true},
      {"root's key in full, not sent", {{2, 1, 0, root->spki}}, usual, true},
      {"issuer's key in full, leaf alone", {{2, 1, 0, issuing->spki}}, seen({leaf_pem}), true},
      {"issuer in full, leaf alone", {{2, 0, 0, issuing->der}}, seen({leaf_pem}), true},
      {"issuer's digest, leaf alone",
       {record(2, 0, 1, of_issuing)},
       seen({leaf_pem}),
       false,
       {"2 0 1"}},
      {"usage 2 of the leaf itself", {{2, 0, 0, leaf->der}}, usual, false, {"2 0 0"}},
      {"usage 2 of the leaf's key", {record(2, 1, 1, of_leaf_key)}, usual, false, {"2 1 1"}},
      {"usage 3 of the issuer", {record(3, 0, 1, of_issuing)}, usual, false, {"3 0 1"}},
      {"an authority that signed nothing here",
       {{2, 0, 0, root->der}},
       seen({root_pem, issuing_pem}),
       false,
       {"2 0 0"}},
      {"unusable only", {record(1, 1, 1, of_leaf_key), record(0, 0, 1, of_root)}, usual, false},
      {"no records", {}, usual, false},
      {"no chain", {record(3, 1, 1, of_leaf_key)}, seen({}), false, {"3 1 1"}}};
  for (const MatchRow& row : rows) {
    CAPTURE(row.name);
    const TlsaVerdict verdict = judge_tlsa(row.records, row.seen);
    CHECK(verdict.authenticated == row.authenticated);
    CHECK(verdict.uncovered == row.uncovered);
    CHECK(verdict.without_agility == row.without_agility.value_or(row.authenticated));
  }
}

TEST_CASE("tlsa: names for usage 2, with the common name as the last resort") {
  const MadeCertificate root = make_root("Own Root");
  struct Row {
    std::vector<std::string> names;
    const char* common_name;
    const char* reference;
    bool match;
  };
  const Row rows[] = {{{"mx1.example.com"}, "x", "mx1.example.com", true},
                      {{"*.example.com"}, "x", "mx1.example.com", true},
                      {{"*.example.com"}, "x", "a.mx1.example.com", false},
                      {{}, "mx1.example.com", "mx1.example.com", true},
                      {{}, "*.example.com", "mx1.example.com", true},
                      {{}, "MX1.example.com", "mx1.example.com", true},
                      {{}, "mx2.example.com", "mx1.example.com", false},
                      {{}, "Mail Server", "mx1.example.com", false},
                      {{"other.example.com"}, "mx1.example.com", "mx1.example.com", false}};
  for (const Row& row : rows) {
    CAPTURE(row.common_name);
    const MadeCertificate leaf =
        make_certificate({.common_name = row.common_name, .names = row.names, .issuer = &root});
    TlsaContext context{.names = {*Name::parse(row.reference)}, .now = *parse_time("2026-11-21")};
    for (const MadeCertificate* each : {&leaf, &root})
      context.sent.push_back(
          std::make_shared<Certificate>(read_certificate(each->certificate.get())));
    CHECK(authenticates({2, 0, 0, root.der()}, context) == row.match);
    CHECK(authenticates({3, 0, 0, leaf.der()}, context));
  }
}

TEST_CASE("tlsa: a path needs true signatures, dates and authorities") {
  const MadeCertificate root = make_root("Own Root");
  const MadeCertificate twin = make_root("Own Root", "ec-p256/twin");  // same name, another key
  const MadeCertificate not_ca = make_certificate({.common_name = "Own Root", .key = "ec-p256/ca"});
  const MadeCertificate leaf = make_certificate({.issuer = &root});
  const MadeCertificate client =
      make_certificate({.issuer = &root, .extended_usage = "clientAuth"});
  const MadeCertificate old = make_certificate({.issuer = &root,
                                                .not_before = *parse_time("2020-01-01"),
                                                .not_after = *parse_time("2021-01-01")});
  const auto try_one = [](const MadeCertificate& from, const MadeCertificate& anchor) {
    TlsaContext context{.names = {*Name::parse("mx1.example.com")},
                        .now = *parse_time("2026-11-21")};
    for (const MadeCertificate* each : {&from, &anchor})
      context.sent.push_back(
          std::make_shared<Certificate>(read_certificate(each->certificate.get())));
    return authenticates({2, 0, 0, anchor.der()}, context);
  };
  CHECK(try_one(leaf, root));
  CHECK(!try_one(leaf, twin));
  CHECK(!try_one(leaf, not_ca));
  CHECK(!try_one(client, root));
  CHECK(!try_one(old, root));
}

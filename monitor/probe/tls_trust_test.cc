#include "monitor/probe/tls_trust.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "monitor/probe/tls_certificate.h"
#include "tests/certificates.h"

using namespace mailfleet;

namespace {

using Faults = std::vector<std::string>;
const Time now = *parse_time("2026-11-21T12:00:00Z");

struct Authorities {
  MadeCertificate root = make_root("Trusted Root");
  MadeCertificate stranger = make_root("Foreign Root", "ec-p256/stranger");
  MadeCertificate intermediate = make_certificate(
      {.common_name = "Issuing CA", .issuer = &root, .ca = true, .key = "ec-p256/issuing"});
  TrustStore trusted = store_of({&root});
};

Authorities& authorities() {
  static Authorities all;
  return all;
}

CertificateChain judged(const std::vector<const MadeCertificate*>& sent) {
  std::vector<std::string> der;
  for (const MadeCertificate* each : sent) der.push_back(each->der());
  return judge_chain(der, authorities().trusted);
}

MadeCertificate leaf(CertificateRecipe recipe) {
  if (!recipe.issuer) recipe.issuer = &authorities().intermediate;
  return make_certificate(recipe);
}

}  // namespace

TEST_CASE("trust: a full chain, in any order and with needless company, is trusted") {
  const auto& [root, stranger, intermediate, trusted] = authorities();
  const MadeCertificate good = leaf({});
  for (const auto& sent :
       {std::vector{&good, &intermediate}, std::vector{&good, &intermediate, &root},
        std::vector{&good, &root, &intermediate}, std::vector{&good, &stranger, &intermediate}}) {
    const CertificateChain chain = judged(sent);
    CHECK(chain.faults == Faults{});
    CHECK(chain.path.size() == 3);
    CHECK(chain.path.front() == chain.sent.front());
    CHECK(chain.path.back()->subject == "CN=Trusted Root");
    CHECK(chain_faults_at(chain, now).empty());
  }
}

TEST_CASE("trust: every reason against a chain is told, in the contract's words") {
  const auto& [root, stranger, intermediate, trusted] = authorities();
  const MadeCertificate good = leaf({});
  const MadeCertificate foreign = leaf({.issuer = &stranger});
  const MadeCertificate lonely = make_certificate({});
  const MadeCertificate no_san = leaf({.names = {}});
  const MadeCertificate client = leaf({.extended_usage = "clientAuth"});
  const MadeCertificate short_key = leaf({.key = "rsa-1024"});
  const MadeCertificate old_digest = leaf({.digest = "sha1"});
  const MadeCertificate bad_all = make_certificate(
      {.names = {}, .key = "rsa-1024", .digest = "sha1", .extended_usage = "clientAuth"});
  const MadeCertificate not_a_ca = leaf({.common_name = "mx2.example.com", .key = "ec-p256/mx2"});
  const MadeCertificate below_leaf = leaf({.issuer = &not_a_ca});

  CHECK(judged({&lonely}).faults == Faults{"self-signed"});
  CHECK(judged({&good}).faults == Faults{"incomplete-chain"});
  CHECK(judged({&foreign, &stranger}).faults == Faults{"untrusted-ca"});
  CHECK(judged({&foreign}).faults == Faults{"incomplete-chain"});
  CHECK(judged({&no_san, &intermediate}).faults == Faults{"no-san"});
  CHECK(judged({&client, &intermediate}).faults == Faults{"wrong-purpose"});
  CHECK(judged({&short_key, &intermediate}).faults == Faults{"weak-key"});
  CHECK(judged({&old_digest, &intermediate}).faults == Faults{"weak-signature"});
  CHECK(judged({&bad_all}).faults ==
        Faults{"no-san", "self-signed", "weak-key", "weak-signature", "wrong-purpose"});
  CHECK(judged({&below_leaf, &not_a_ca, &intermediate}).faults ==
        Faults{"invalid", "wrong-purpose"});
  CHECK(judged({}).faults == Faults{"invalid"});
  CHECK(judge_chain(std::vector<std::string>{"not DER"}, trusted).faults == Faults{"invalid"});
  CHECK(judge_chain(std::vector<std::string>{good.der(), intermediate.der(), "rubbish"}, trusted)
            .faults == Faults{"invalid"});
  CHECK(too_large_chain().faults == Faults{"too-large"});
}

TEST_CASE("trust: constraints of the authorities count") {
  const auto& root = authorities().root;
  const MadeCertificate narrow =
      make_certificate({.common_name = "Narrow CA",
                        .issuer = &root,
                        .ca = true,
                        .key = "ec-p256/narrow",
                        .constraints = "critical,permitted;DNS:example.org"});
  const MadeCertificate outside = leaf({.issuer = &narrow});
  CHECK(judged({&outside, &narrow}).faults == Faults{"invalid"});
  const MadeCertificate last = make_certificate({.common_name = "Last CA",
                                                 .issuer = &root,
                                                 .ca = true,
                                                 .key = "ec-p256/last",
                                                 .path_length = 0});
  const MadeCertificate beyond = make_certificate(
      {.common_name = "Beyond CA", .issuer = &last, .ca = true, .key = "ec-p256/beyond"});
  const MadeCertificate too_deep = leaf({.issuer = &beyond});
  CHECK(judged({&too_deep, &beyond, &last}).faults == Faults{"invalid"});
}

TEST_CASE("trust: dates are not judged while building, and hide nothing") {
  const MadeCertificate expired = make_certificate(
      {.not_before = *parse_time("2020-01-01"), .not_after = *parse_time("2021-01-01")});
  const CertificateChain chain = judged({&expired});
  CHECK(chain.faults == Faults{"self-signed"});
  CHECK(chain_faults_at(chain, now) == Faults{"expired", "self-signed"});
  CHECK(chain_faults_at(chain, *parse_time("2019-12-31")) ==
        Faults{"not-yet-valid", "self-signed"});
}

TEST_CASE("trust: an expired intermediate is seen, unless another path avoids it") {
  const auto& [root, stranger, intermediate, trusted] = authorities();
  const MadeCertificate stale = make_certificate({.common_name = "Issuing CA",
                                                  .issuer = &root,
                                                  .ca = true,
                                                  .key = "ec-p256/issuing",
                                                  .not_before = *parse_time("2020-01-01"),
                                                  .not_after = *parse_time("2021-01-01")});
  const MadeCertificate good = leaf({});
  CHECK(chain_faults_at(judged({&good, &stale}), now) == Faults{"expired-intermediate"});
  CHECK(chain_faults_at(judged({&good, &stale, &intermediate}), now).empty());
  CHECK(chain_faults_at(judged({&good, &intermediate, &stale}), now).empty());
  // The root cross-signed by an older one that is gone: our store ends the path before it.
  const MadeCertificate cross = make_certificate({.common_name = "Trusted Root",
                                                  .issuer = &stranger,
                                                  .ca = true,
                                                  .key = "ec-p256/ca",
                                                  .not_before = *parse_time("2010-01-01"),
                                                  .not_after = *parse_time("2020-01-01")});
  CHECK(chain_faults_at(judged({&good, &intermediate, &cross}), now).empty());
}

TEST_CASE("trust: the last of an unfinished path is judged by date too") {
  const auto& root = authorities().root;
  const MadeCertificate stale = make_certificate({.common_name = "Old CA",
                                                  .issuer = &authorities().stranger,
                                                  .ca = true,
                                                  .key = "ec-p256/old",
                                                  .not_before = *parse_time("2020-01-01"),
                                                  .not_after = *parse_time("2021-01-01")});
  const MadeCertificate below = leaf({.issuer = &stale});
  CHECK(chain_faults_at(judged({&below, &stale}), now) ==
        Faults{"expired-intermediate", "incomplete-chain"});
  // The age of an anchor does not count (RFC 5280 §6.1).
  const MadeCertificate old_root = make_certificate({.common_name = "Old Root",
                                                     .ca = true,
                                                     .key = "ec-p256/oldroot",
                                                     .not_before = *parse_time("2010-01-01"),
                                                     .not_after = *parse_time("2020-01-01")});
  const MadeCertificate under = leaf({.issuer = &old_root});
  const TrustStore store = store_of({&root, &old_root});
  CHECK(store.size() == 2);
  CHECK(chain_faults_at(judge_chain(std::vector<std::string>{under.der()}, store), now).empty());
}

TEST_CASE("trust: long and large chains are told apart from broken ones") {
  const auto& [root, stranger, intermediate, trusted] = authorities();
  const MadeCertificate good = leaf({});
  std::vector<const MadeCertificate*> sent{&good, &intermediate};
  while (sent.size() < 12) sent.push_back(&stranger);
  CHECK(judged(sent).faults == Faults{"too-long"});
  CHECK(judged(sent).sent.size() == max_chain_certificates);

  CertificateRecipe many{.issuer = &intermediate};
  for (int i = 0; i < 5000; ++i) many.names.push_back("host" + std::to_string(i) + ".example.com");
  const MadeCertificate large = make_certificate(many);
  const CertificateChain chain = judged({&large, &intermediate});
  CHECK(chain.faults == Faults{"too-large"});
  CHECK(chain.sent.front()->names.size() == 5001);
  CHECK(certificate_names(*chain.sent.front(), *Name::parse("host4999.example.com")));
}

TEST_CASE("trust: an operator's file that holds no certificate is refused") {
  CHECK_THROWS_AS(TrustStore::from_pem("", "ca.pem"), std::runtime_error);
  CHECK_THROWS_AS(TrustStore::from_pem("-----BEGIN RUBBISH-----", "ca.pem"), std::runtime_error);
  CHECK_THROWS_AS(TrustStore::from_file("/does/not/exist.pem"), std::runtime_error);
}

TEST_CASE("certificate: what is read of each kind") {
  struct Row {
    CertificateRecipe recipe;
    std::string key;
    int bits;
    std::string signature;
  };
  const Row rows[] = {{{.key = "rsa-2048"}, "rsa-2048", 2048, "sha256"},
                      {{.key = "ec-p256", .digest = "sha384"}, "ec-p256", 256, "sha384"},
                      {{.key = "ec-p384"}, "ec-p384", 384, "sha256"},
                      {{.key = "ec-p224"}, "ec-p224", 224, "sha256"},
                      {{.key = "ed25519"}, "ed25519", 256, "ed25519"},
                      {{.key = "rsa-1024", .digest = "md5"}, "rsa-1024", 1024, "md5"}};
  for (const Row& row : rows) {
    const MadeCertificate made = make_certificate(row.recipe);
    const Certificate read = read_certificate(made.certificate.get());
    CAPTURE(row.key);
    CHECK(read.key == row.key);
    CHECK((read.key_bits == row.bits || row.key == "ed25519"));
    CHECK(read.signature == row.signature);
    CHECK(read.subject == "CN=mx1.example.com");
    CHECK(read.self_issued);
    CHECK(!read.is_ca);
    CHECK(read.der == made.der());
    CHECK(read.sha256.size() == 64);
    CHECK(!read.spki.empty());
    CHECK(read.der.find(read.spki) != std::string::npos);
    CHECK(read.not_before == row.recipe.not_before);
    CHECK(read.not_after == row.recipe.not_after);
    CHECK(read_certificate(read.der)->sha256 == read.sha256);
  }
  CHECK(!read_certificate("rubbish"));
  CHECK(read_certificate(authorities().root.certificate.get()).is_ca);
}

TEST_CASE("certificate: hostile names come out escaped and match nothing") {
  using namespace std::string_literals;
  const MadeCertificate made = make_certificate(
      {.common_name = "caf\xC3\xA9.example.com",
       .names = {"mx1.example.com\0.evil.example"s, "a b.example.com", "\xff.example.com",
                 "back\\slash.example.com", "", "*.EXAMPLE.com"}});
  const Certificate read = read_certificate(made.certificate.get());
  CHECK(read.names == std::vector<std::string>{"mx1.example.com\\000.evil.example",
                                               "a\\032b.example.com", "\\255.example.com",
                                               "back\\092slash.example.com", "", "*.EXAMPLE.com"});
  CHECK(read.has_san);
  CHECK(read.common_name == "caf\\195\\169.example.com");
  CHECK(read.subject == "CN=caf\xC3\xA9.example.com");
  CHECK(certificate_names(read, *Name::parse("mx9.example.com")));
  CHECK(!certificate_names(read, *Name::parse("mx1.example.com.evil.example")));
}

#include "monitor/watch/trust.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

Value list(std::initializer_list<Value> items) { return Value::list(items); }

// The facts of a domain for which everything holds; tests spoil one thing at a time.
struct Look {
  Value mx = Value::object({{"kind", "explicit"},
                            {"hosts", list({Value::object({{"host", "mx1.a.uk"},
                                                           {"addresses", list({"192.0.2.1"})},
                                                           {"controller", "a.uk"}}),
                                            Value::object({{"host", "mx2.a.uk"},
                                                           {"addresses", list({"192.0.2.2"})},
                                                           {"controller", "a.uk"}})})},
                            {"dns", Value::object({{"status", "ok"}, {"dnssec", "insecure"}})}});
  Value starttls[2] = {good_tls("mx1.a.uk"), good_tls("mx2.a.uk")};
  Value certificate[2] = {good_certificate("mx1.a.uk"), good_certificate("mx2.a.uk")};
  Value dane[2] = {
      Value::object({{"host", "mx1.a.uk"}, {"secure", false}, {"usable", 0}, {"matches", nullptr}}),
      Value::object(
          {{"host", "mx2.a.uk"}, {"secure", false}, {"usable", 0}, {"matches", nullptr}})};
  Value sts = Value::object({{"result", "valid"},
                             {"fetch", "ok"},
                             {"mode", "enforce"},
                             {"max_age", 604800},
                             {"covered", "all"}});
  Value dmarc = Value::object(
      {{"effective", Value::object({{"own", "reject"}, {"subdomains", "quarantine"}})}});
  Value spf = Value::object({{"result", "valid"}, {"all", "-"}});
  Value dkim = Value::object({{"underscore", "nodata"}, {"selectors", Value::object()}});
  bool dkim_undecided = false;

  static Value good_tls(const char* host) {
    return Value::object({{"host", host},
                          {"reachable", true},
                          {"offered", true},
                          {"version", "TLSv1.3"},
                          {"suite", "TLS_AES_256_GCM_SHA384"},
                          {"reason", nullptr}});
  }
  static Value good_certificate(const char* host) {
    return Value::object({{"host", host},
                          {"chain", Value::list()},
                          {"name_match", true},
                          {"key", "rsa-2048"},
                          {"not_after", "2027-01-01T00:00:00Z"}});
  }
  static Value unreached(const char* host, const char* reason) {
    return Value::object({{"host", host},
                          {"reachable", false},
                          {"offered", nullptr},
                          {"version", nullptr},
                          {"reason", reason}});
  }

  Eligibility judge() const {
    Posture posture;
    const auto add = [&](const char* check, Value facts) {
      posture.standings.push_back({.check = check, .level = 1, .facts = std::move(facts)});
    };
    add("mx", mx);
    add("starttls", Value::object({{"endpoints", list({starttls[0], starttls[1]})}}));
    add("certificate", Value::object({{"endpoints", list({certificate[0], certificate[1]})}}));
    add("dane", Value::object({{"endpoints", list({dane[0], dane[1]})}}));
    add("mta_sts", sts);
    add("dmarc", dmarc);
    add("spf", spf);
    add("dkim", dkim);
    if (dkim_undecided) posture.standings.back().unseen = Judgement{.facts = dkim};
    return eligibility_of(posture);
  }
  std::string tier() const {
    const auto eligibility = judge();
    return eligibility.tier ? std::string(to_text(*eligibility.tier)) : "unknown";
  }
};

}  // namespace

TEST_CASE("trust: the tiers") {
  CHECK(Look().tier() == "T3");
  Look look;
  look.sts.set("mode", "testing");
  CHECK(look.tier() == "T2");
  look.certificate[1].set("chain", list({"self-signed"}));
  CHECK(look.tier() == "T1");
  look.starttls[1] = Look::good_tls("mx2.a.uk").set("version", "TLSv1.1");
  CHECK(look.tier() == "none");
}

TEST_CASE("trust: one host that does not encrypt is a no") {
  for (const char* reason :
       {"not-offered", "masked", "starttls-5xx", "injection", "handshake-failed"}) {
    Look look;
    look.starttls[1].set("offered", nullptr).set("reason", reason).set("version", nullptr);
    CHECK_MESSAGE(look.tier() == "none", reason);
  }
}

TEST_CASE("trust: a host that was not seen leaves it unknown, never yes, never no") {
  for (const char* reason :
       {"refused", "timeout", "banner-4xx", "starttls-454", "closed", "our-load"}) {
    Look look;
    look.starttls[1] = Look::unreached("mx2.a.uk", reason);
    look.certificate[1].set("chain", nullptr).set("name_match", nullptr);
    CHECK_MESSAGE(look.tier() == "unknown", reason);
  }
  Look both;
  both.starttls[0].set("offered", false).set("reason", "not-offered");
  both.starttls[1] = Look::unreached("mx2.a.uk", "timeout");
  CHECK(both.tier() == "none");
  Look nothing;
  nothing.mx = Value();
  CHECK(nothing.tier() == "unknown");
}

TEST_CASE("trust: an address that does not answer is passed over, one that does not tell is not") {
  const auto beside = [](bool reachable, const char* reason) {
    Look look;
    look.starttls[1] = Look::unreached("mx1.a.uk", reason);
    look.starttls[1].set("address", "192.0.2.9").set("reachable", reachable);
    look.certificate[1] = Value::object({{"host", "mx1.a.uk"}, {"address", "192.0.2.9"}});
    look.mx.set("hosts", list({Value::object({{"host", "mx1.a.uk"},
                                              {"addresses", list({"192.0.2.1", "192.0.2.9"})},
                                              {"controller", "a.uk"}})}));
    return look.tier();
  };
  CHECK(beside(false, "refused") == "T3");
  CHECK(beside(false, "timeout") == "T3");
  for (const char* reason : {"banner-4xx", "starttls-454", "closed", "timeout"})
    CHECK_MESSAGE(beside(true, reason) == "unknown", reason);
  Look too_many;  // an address that was not probed
  too_many.starttls[1] = Value::object({{"host", "mx1.a.uk"}, {"address", "192.0.2.9"}});
  too_many.mx.set("hosts", list({Value::object({{"host", "mx1.a.uk"},
                                                {"addresses", list({"192.0.2.1", "192.0.2.9"})},
                                                {"controller", "a.uk"}})}));
  CHECK(too_many.tier() == "unknown");
  Look one_family;
  one_family.mx.set("hosts", list({Value::object({{"host", "mx1.a.uk"},
                                                  {"addresses", list({"192.0.2.1"})},
                                                  {"addresses_complete", false},
                                                  {"controller", "a.uk"}})}));
  CHECK(one_family.tier() == "unknown");
  Look unseen;  // encrypted there, but the certificate was not seen
  unseen.certificate[1] = Value::object({{"host", "mx2.a.uk"}, {"chain", nullptr}});
  CHECK(unseen.tier() == "T1");
  CHECK(!unseen.judge().t2);
}

TEST_CASE("trust: certificate details that keep T2 away") {
  const auto spoilt = [](const char* key, Value value) {
    Look look;
    look.certificate[0].set(key, std::move(value));
    return look.tier();
  };
  CHECK(spoilt("name_match", false) == "T1");
  CHECK(spoilt("key", "rsa-1024") == "T1");
  CHECK(spoilt("key", "ec-p256") == "T3");
  CHECK(spoilt("chain", list({"expired"})) == "T1");
  CHECK(spoilt("chain", nullptr) == "T1");  // T1 is sure; what is above is not
}

TEST_CASE("trust: what T3 takes") {
  const auto with = [](const char* key, Value value) {
    Look look;
    look.sts.set(key, std::move(value));
    return look.tier();
  };
  CHECK(with("max_age", 86400) == "T2");
  CHECK(with("covered", "some") == "T2");
  CHECK(with("mode", "none") == "T2");
  CHECK(with("mode", nullptr) == "T2");
  CHECK(with("result", "temperror") == "T2");
  CHECK(with("fetch", "timeout") == "T2");  // what was read before is not what was seen now
  Look dane;
  dane.sts = Value::object({{"result", "none"}});
  dane.certificate[0].set("chain", list({"self-signed"}));
  dane.mx.set("dns", Value::object({{"status", "ok"}, {"dnssec", "secure"}}));
  for (Value& each : dane.dane) each.set("secure", true).set("usable", 1).set("matches", true);
  CHECK(dane.tier() == "T3");
  dane.dane[1].set("matches", false);
  CHECK(dane.tier() == "T1");
}

TEST_CASE("trust: routes that carry none") {
  Look look;
  look.mx.set("kind", "implicit");
  CHECK(look.tier() == "none");
  look.mx.set("kind", "null").set("hosts", Value::list());
  CHECK(look.tier() == "none");
  CHECK(look.judge().takes_no_mail);
  CHECK(look.judge().reasons == std::vector<std::string>{"takes-no-mail"});
}

TEST_CASE("trust: broken ciphers are no encryption") {
  Look look;
  look.starttls[0].set("version", "TLSv1.2").set("suite", "ECDHE-RSA-RC4-SHA");
  CHECK(look.tier() == "none");
}

TEST_CASE("trust: sender authentication stands beside the tier") {
  const auto auth = [](const Look& look) { return to_text(look.judge().sender_auth); };
  Look look;
  CHECK(auth(look) == "enforced");
  look.dkim = Value::object({{"underscore", "nxdomain"}, {"selectors", Value::object()}});
  CHECK(auth(look) == "partial");
  Look revoked;  // an old selector, while others may exist
  revoked.dkim = Value::object(
      {{"underscore", "nodata"},
       {"selectors", Value::object({{"google", Value::object({{"state", "revoked"}})}})}});
  CHECK(auth(revoked) == "partial");
  revoked.dkim_undecided = true;
  CHECK(auth(revoked) == "enforced");
  look.dmarc =
      Value::object({{"effective", Value::object({{"own", "none"}, {"subdomains", "none"}})}});
  CHECK(auth(look) == "partial");
  look.spf.set("all", "+");
  CHECK(auth(look) == "none");
  look.spf.set("result", "temperror");
  CHECK(auth(look) == "unknown");
  CHECK(look.tier() == "T3");
}

#include "checks/ptr/ptr.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

Table mail_at(const char* address) {
  Table table;
  table.mx("example.com", 10, "mx1.example.com");
  table.address("mx1.example.com", address);
  return table;
}

void names(Table& table, const char* address, std::initializer_list<const char*> all) {
  DnsObservation& seen = table.dns(Address::parse(address)->reverse_name(), DnsType::ptr);
  for (const char* each : all) seen.names.push_back(*Name::parse(each));
}

std::optional<Severity> severity(const Judgement& seen, std::string_view code) {
  for (const Finding& each : seen.findings)
    if (each.code == code) return each.severity;
  return {};
}

const Value& first(const Judgement& seen) { return seen.facts["addresses"].items().at(0); }

}  // namespace

TEST_CASE("ptr: a name that leads back confirms the address") {
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    Table table = mail_at(address);
    names(table, address, {"other.example.net", "mx1.example.com"});
    const Judgement seen = table.judge(ptr_check, "example.com");
    CHECK(first(seen)["confirmed"].as_bool() == true);
    CHECK(first(seen)["names"].items().size() == 2);
    CHECK(ptr_check.level_name(seen.level) == "confirmed");
    CHECK(seen.findings.empty());
  }
}

TEST_CASE("ptr: the tenth name may confirm, the eleventh is not looked at") {
  std::vector<std::string> others;
  for (int i = 1; i <= 10; ++i) others.push_back("a" + std::to_string(i) + ".example.net");
  for (const size_t before : {9, 10}) {
    Table table = mail_at("192.0.2.1");
    DnsObservation& seen = table.dns(Address::parse("192.0.2.1")->reverse_name(), DnsType::ptr);
    for (size_t i = 0; i < before; ++i) seen.names.push_back(*Name::parse(others[i]));
    seen.names.push_back(*Name::parse("mx1.example.com"));
    CHECK(table.level(ptr_check, "example.com") == (before == 9 ? "confirmed" : "unknown"));
  }
}

TEST_CASE("ptr: missing, unconfirmed, unknown") {
  Table none = mail_at("192.0.2.1");
  CHECK(severity(none.judge(ptr_check, "example.com"), "ptr-missing") == Severity::advice);
  CHECK(none.level(ptr_check, "example.com") == "missing");
  CHECK(first(none.judge(ptr_check, "example.com"))["confirmed"].as_bool() == false);

  Table wrong = mail_at("192.0.2.1");
  names(wrong, "192.0.2.1", {"elsewhere.example.net"});
  CHECK(severity(wrong.judge(ptr_check, "example.com"), "ptr-unconfirmed") == Severity::advice);
  CHECK(wrong.level(ptr_check, "example.com") == "unconfirmed");

  Table failed = mail_at("192.0.2.1");
  failed.fail("1.2.0.192.in-addr.arpa", DnsType::ptr);
  const Judgement seen = failed.judge(ptr_check, "example.com");
  CHECK(!seen.level);
  CHECK(seen.findings.empty());
  CHECK(first(seen)["names"].is_null());
  CHECK(first(seen)["confirmed"].is_null());

  Table half = mail_at("192.0.2.1");
  names(half, "192.0.2.1", {"elsewhere.example.net"});
  half.fail("elsewhere.example.net", DnsType::a);
  CHECK(first(half.judge(ptr_check, "example.com"))["confirmed"].is_null());
}

TEST_CASE("ptr: an address declared as sending must have a name") {
  Table table;
  table.mx("example.com", 0, ".");
  Domain domain = domain_named("example.com");
  CHECK(ptr_check.level_name(table.judge(ptr_check, domain).level) == "none");
  domain.sending_addresses = {*Address::parse("192.0.2.7")};
  const Judgement seen = table.judge(ptr_check, domain);
  CHECK(severity(seen, "ptr-missing") == Severity::fail);
  CHECK(first(seen)["host"].is_null());
}

TEST_CASE("ptr: hosts that cannot be looked up leave it unknown") {
  Table table;
  table.fail("example.com", DnsType::mx);
  const Judgement seen = table.judge(ptr_check, "example.com");
  CHECK(!seen.level);
  CHECK(seen.facts["addresses"].is_null());
}

TEST_CASE("ptr: more addresses than are looked at are not all confirmed") {
  Table table;
  table.mx("example.com", 10, "mx1.example.com");
  for (int i = 1; i <= 9; ++i) {
    const std::string address = "192.0.2." + std::to_string(i);
    table.address("mx1.example.com", address);
    if (i <= 8) names(table, address.c_str(), {"mx1.example.com"});
  }
  CHECK(table.level(ptr_check, "example.com") == "unknown");
  names(table, "192.0.2.1", {});
  table.dns(Address::parse("192.0.2.1")->reverse_name(), DnsType::ptr).names.clear();
  CHECK(table.level(ptr_check, "example.com") == "missing");
}

TEST_CASE("ptr moves") {
  Table good = mail_at("192.0.2.1");
  names(good, "192.0.2.1", {"mx1.example.com"});
  Table bad = mail_at("192.0.2.1");
  const Domain domain = domain_named("example.com");
  const Judgement was = good.judge(ptr_check, domain);
  const Judgement now = bad.judge(ptr_check, domain);
  const auto lost = compare_ptr(domain, was, now);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].kind == "ptr-lost");
  CHECK(lost[0].alert == AlertLevel::info);
  CHECK(lost[0].confirm == Confirmation::c2);
  CHECK(compare_ptr(domain, now, was).at(0).kind == "improvement");
  CHECK(compare_ptr(domain, was, was).empty());
}

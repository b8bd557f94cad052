#include "exporter/feed/exceptions.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Time now = *parse_time("2026-11-21T12:00:00Z");

std::string with(const std::string& entries) {
  return R"({"schema_version":1,"issued":"2026-11-21T12:00:00Z","expires":"2026-11-24T12:00:00Z",)"
         R"("exceptions":[)" +
         entries + "]}";
}
std::string one(const std::string& domain, const std::string& kind) {
  return R"({"domain":")" + domain + R"(","organisation":"O","exception":")" + kind +
         R"(","reasons":[],"seen":"2026-11-21T11:00:00Z","page":"x"})";
}
std::string fault(const std::string& json) {
  const auto read = read_exceptions(json);
  const auto* error = std::get_if<EditionError>(&read);
  return error ? error->what : "read";
}

}  // namespace

TEST_CASE("exceptions: what is written is read") {
  FeedException exception(*Name::parse("a.gov.uk"));
  exception.organisation = "A \"Council\"";
  exception.seen = now;
  FeedException other(*Name::parse("b.gov.uk"));
  other.takes_tls = true;
  const auto read =
      read_exceptions(exceptions_json({exception, other}, "https://x/", now, now + Seconds(60)));
  REQUIRE(std::holds_alternative<ExceptionList>(read));
  const ExceptionList& list = std::get<ExceptionList>(read);
  CHECK(list.issued == now);
  CHECK(list.expires == now + Seconds(60));
  REQUIRE(list.entries.size() == 2);
  CHECK(list.entries[0].domain.text() == "a.gov.uk");
  CHECK(list.entries[0].organisation == "A \"Council\"");
  CHECK_FALSE(list.entries[0].takes_tls);
  CHECK(list.entries[1].takes_tls);
}

TEST_CASE("exceptions: what is refused") {
  CHECK(fault(with(one("a.uk", "tls"))) == "read");
  CHECK(fault("{").starts_with("not JSON"));
  CHECK(fault("{}") == "exceptions: \"schema_version\" is missing");
  CHECK(fault(with("7")) == "exceptions[0]: \"domain\" is missing");
  CHECK(fault(with(one("A.uk", "tls"))).starts_with("exceptions[0].domain: must be a domain"));
  CHECK(fault(with(one("a.uk", "all"))) == "exceptions[0].exception: must be tls or certificate");
  CHECK(fault(with(one("b.uk", "tls") + "," + one("a.uk", "tls"))) ==
        "exceptions[1].domain: must be sorted, each domain once");
}

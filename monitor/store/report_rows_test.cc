#include "monitor/store/report_rows.h"

#include <doctest/doctest.h>

#include "monitor/store/database.h"
#include "monitor/store/history.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;

namespace {

const Name council = *Name::parse("council.gov.uk");
Time at(int day) { return Time(std::chrono::days(20'000 + day)); }

ReportRow row(const char* kind, const char* id, int day) {
  ReportRow out(council);
  out.kind = kind;
  out.organisation = "Receiver";
  out.id = id;
  out.begins = at(day - 1);
  out.ends = at(day);
  out.imported_at = at(day + 1);
  out.records = 2;
  out.good = 90;
  out.bad = 10;
  return out;
}

ReportRow dmarc_row(const char* id, int day, const char* source) {
  ReportRow out = row("dmarc", id, day);
  out.results = {{"none", 92}, {"quarantine", 0}, {"reject", 8}};
  out.failing_sources = {*Address::parse("192.0.2.1"), *Address::parse(source)};
  return out;
}

struct Opened {
  ScratchFolder scratch{};
  Database database{scratch.path() / "mailfleet.db", Database::Access::read_write};
};

}  // namespace

TEST_CASE("reports in the store: each is known by who, which and about whom") {
  Opened opened;
  const ReportRow first = dmarc_row("r-1", 10, "192.0.2.2");
  CHECK_FALSE(imported_before(opened.database, first));
  save_report(opened.database, first);
  CHECK(imported_before(opened.database, first) == at(11));
  CHECK_THROWS(save_report(opened.database, first));
  ReportRow other = first;
  other.organisation = "Another";
  CHECK_FALSE(imported_before(opened.database, other));
  other = first;
  other.kind = "tls-rpt";
  CHECK_FALSE(imported_before(opened.database, other));
  other = first;
  other.domain = *Name::parse("other.gov.uk");
  CHECK_FALSE(imported_before(opened.database, other));
}

TEST_CASE("reports in the store: sums of the days that are asked for") {
  Opened opened;
  CHECK_FALSE(read_report_sums(opened.database, council, at(0)));
  save_report(opened.database, dmarc_row("r-1", 10, "192.0.2.2"));
  save_report(opened.database, dmarc_row("r-2", 20, "2001:db8::1"));
  ReportRow tls = row("tls-rpt", "t-1", 20);
  tls.results = {{"certificate-expired", 3}, {"starttls-not-supported", 7}};
  save_report(opened.database, tls);

  const auto all = read_report_sums(opened.database, council, at(0));
  REQUIRE(all);
  CHECK(all->since == at(0));
  CHECK(all->dmarc == ReportTotal{.reports = 2, .good = 180, .bad = 20});
  CHECK(all->failing_sources == 3);  // one of them in both
  CHECK(all->dispositions.at(0) == std::pair<std::string, int64_t>("none", 184));
  CHECK(all->tls == ReportTotal{.reports = 1, .good = 90, .bad = 10});
  REQUIRE(all->tls_failures.size() == 2);
  CHECK(all->tls_failures[0].first == "starttls-not-supported");

  const auto late = read_report_sums(opened.database, council, at(20));
  REQUIRE(late);
  CHECK(late->dmarc.reports == 1);
  CHECK(late->failing_sources == 2);
  CHECK_FALSE(read_report_sums(opened.database, council, at(21)));
  CHECK_FALSE(read_report_sums(opened.database, *Name::parse("other.gov.uk"), at(0)));
}

TEST_CASE("reports in the store: old ones go, with all that belongs to them") {
  Opened opened;
  save_report(opened.database, dmarc_row("r-1", 10, "192.0.2.2"));
  save_report(opened.database, dmarc_row("r-2", 20, "192.0.2.3"));
  CHECK(prune(opened.database, at(15)).reports == 1);
  CHECK(read_report_sums(opened.database, council, at(0))->dmarc.reports == 1);
  SQLite::Statement& left = opened.database.prepared("SELECT count(*) FROM report_source");
  REQUIRE(left.executeStep());
  CHECK(left.getColumn(0).getInt64() == 2);
}

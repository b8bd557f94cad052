#include "monitor/reference.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace mailfleet {
namespace {

namespace fs = std::filesystem;

std::string refusal(const std::string& text) {
  try {
    read_reference({{"x.toml", "mx", text}});
  } catch (const ReferenceError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("reference: the shipped tables are read") {
  const Reference reference = load_reference({});
  CHECK(reference.operator_of(*Name::parse("council-gov-uk.mail.protection.outlook.com")) ==
        "microsoft");
  CHECK(reference.operator_of(*Name::parse("council.a-v1.mx.microsoft")) == "microsoft");
  CHECK(reference.tls_versions.at("TLSv1.3").project == "pass");
  CHECK(reference.tls_versions.at("TLSv1.1").others.at("ncsc-nl-2025") == "insufficient");
  CHECK_FALSE(reference.legacy_suffixes.empty());
  CHECK_FALSE(reference.retired_mailbox_hosts.empty());
}

TEST_CASE("reference: file names are unique, since an operator replaces files by name") {
  std::set<fs::path> names;
  for (const ReferenceFile& file : reference_files({}))
    CHECK(names.insert(fs::path(file.path).filename()).second);
}

TEST_CASE("reference: a file in the data directory replaces the built-in one") {
  const fs::path folder =
      fs::temp_directory_path() / ("mailfleet-reference-" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "operators.toml")
      << "[[operator]]\nname = \"own\"\ntitle = \"Own\"\nmx_suffixes = [\"MX.example\"]\n";
  const Reference reference = load_reference(folder);
  fs::remove_all(folder);
  CHECK(reference.operators.size() == 1);
  CHECK(reference.operator_of(*Name::parse("a.mx.example")) == "own");
  CHECK_FALSE(reference.tls_versions.empty());  // the others are the built-in ones
}

TEST_CASE("reference: numbers are thresholds, named for the check") {
  const Reference reference =
      read_reference({{"thresholds.toml", "certificate", "fraction = 0.25\nhours = 36\n"}});
  CHECK(reference.threshold("certificate.fraction", 0) == 0.25);
  CHECK(reference.threshold("certificate.hours", 0) == 36);
  CHECK(reference.threshold("certificate.other", 7) == 7);
}

TEST_CASE("reference: what cannot be understood is refused in one line") {
  CHECK(refusal("[[operator]\n").starts_with("x.toml:1: "));
  CHECK(refusal("\ncolour = \"red\"\n") == "x.toml:2: unknown key \"colour\"");
  CHECK(refusal("legacy_suffixes = \"gsi.gov.uk\"\n") ==
        "x.toml:1: \"legacy_suffixes\" must be a list of texts");
  CHECK(refusal("legacy_suffixes = [\"a..b\"]\n") ==
        "x.toml:1: \"legacy_suffixes\" must be a list of names, got \"a..b\"");
  CHECK(refusal("[[operator]]\nname = \"x\"\n") ==
        "x.toml:1: [[operator]] must have \"name\" and \"title\"");
  CHECK(refusal("[[operator]]\nname = \"x\"\ntitel = \"x\"\n") ==
        "x.toml:3: unknown key \"titel\" in [[operator]]");
  CHECK(refusal("[versions.\"TLSv1\"]\nproject = \"bad\"\n") ==
        "x.toml:1: \"TLSv1\" must have \"project\", one of pass, info, advice, fail");
}

}  // namespace mailfleet

// What the operator asks for: config.toml as a plain struct, every key with its default.
//
// `read_config` refuses what it does not understand, naming file, line, key and what is allowed; it
// never guesses. Durations are strings with a unit ("500ms", "30s", "10m", "6h", "7d"). Relative
// paths are taken from the folder of the file. Every key is documented in config.toml.
// Main thread only (toml++ recurses deeply).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

using Milliseconds = std::chrono::milliseconds;

// "192.0.2.1:53", "[2001:db8::1]:53".
struct AddressPort {
  Address address{};
  uint16_t port = 0;

  static std::optional<AddressPort> parse(std::string_view text);
  std::string text() const;
  bool operator==(const AddressPort&) const = default;
};

enum class LogLevel : uint8_t { debug, info, warning, error };
enum class LogFormat : uint8_t { logfmt, json };
// automatic: all up to 2,000 domains, failing above.
enum class PerDomainMetrics : uint8_t { automatic, all, failing, none };

struct MonitorConfig {
  std::filesystem::path data_dir = "mailfleet-data";
  Seconds interval = std::chrono::hours(6);
  Seconds interval_trusted = std::chrono::hours(1);
  Seconds interval_parked = std::chrono::hours(24);
  Seconds policy_interval = std::chrono::hours(24);
  Seconds deep_interval = std::chrono::hours(24);
  Seconds scan_deadline = std::chrono::minutes(10);
  int max_in_flight = 500;  // scans
  std::vector<Name> control_names = {*Name::parse("gmail.com"), *Name::parse("outlook.com")};
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::logfmt;
};

struct ResolverConfig {
  std::vector<AddressPort> forward{};         // empty: ask the authoritative servers ourselves
  std::vector<AddressPort> second_forward{};  // empty: the first path again, uncached
  std::filesystem::path root_hints_file = "/usr/share/dns/root.hints";
  std::filesystem::path trust_anchor_file = "/usr/share/dns/root.key";
  Seconds cache_max_ttl = std::chrono::hours(1);
  int cache_mb = 96;  // of the resolver's memory, answers and records together
  Milliseconds timeout = std::chrono::seconds(12);
};

struct ProbeConfig {
  std::string ehlo_name{};  // empty: this machine's name
  uint16_t smtp_port = 25;
  uint16_t https_port = 443;
  std::filesystem::path ca_file{};  // empty: the system's store
  std::vector<Network> allow_addresses{};
  std::vector<Network> deny_addresses{};
  std::vector<Address> source_addresses{};
  std::vector<std::string> no_scan{};  // names (all below too), addresses, networks
  int per_address_per_minute = 2;
  Milliseconds connect_timeout = std::chrono::seconds(10);
  Milliseconds banner_timeout = std::chrono::seconds(35);
  Milliseconds smtp_deadline = std::chrono::seconds(60);
  Milliseconds https_deadline = std::chrono::seconds(60);
};

struct ConfirmConfig {
  Seconds content_wait = std::chrono::minutes(15);
  int content_count = 3;
  Seconds absence_wait = std::chrono::minutes(30);
  int absence_count = 3;
  Seconds connection_wait = std::chrono::minutes(30);
  int connection_count = 3;
  Seconds recovery_wait = std::chrono::minutes(15);
  int recovery_count = 2;
  int flap_count = 3;
  Seconds flap_window = std::chrono::hours(24);
  Seconds stale_trusted = std::chrono::hours(24);
  Seconds stale_other = std::chrono::hours(72);
  int fleet_unknown_percent = 10;
};

struct TrustConfig {
  Seconds admit_after = std::chrono::days(7);
  int admit_observations = 20;
  Seconds admit_after_mta_sts = std::chrono::days(14);
  Seconds admit_after_dane = std::chrono::days(7);
  Seconds stale_after = std::chrono::hours(24);
  Seconds suspend_unknown_after = std::chrono::hours(72);
  Seconds step_down_after = std::chrono::hours(72);
  Seconds recover_after = std::chrono::hours(24);
  int recover_observations = 5;
  int brake_percent = 5;
  int brake_entries = 5;
  Seconds edition_interval = std::chrono::hours(1);
  Seconds expires = std::chrono::hours(72);
  std::filesystem::path signing_key{};  // empty: the feed is not signed, and says so
  std::filesystem::path next_signing_key{};
  std::filesystem::path publish_dir{};  // empty: served only
};

struct HttpConfig {
  std::vector<AddressPort> listen = {*AddressPort::parse("127.0.0.1:9970")};
  std::vector<AddressPort> admin_listen = {*AddressPort::parse("127.0.0.1:9971")};
  std::filesystem::path admin_token_file{};  // empty: nothing can be changed over HTTP
  std::string base_url{};                    // empty: the first listener's
  std::string contact{};
  std::string title = "Mailfleet";
};

struct AlertmanagerConfig {
  std::vector<std::string> urls{};
  Seconds resend_interval = std::chrono::minutes(1);
};

struct StoreConfig {
  std::string url = "sqlite:mailfleet.db";  // a relative file lies in data_dir
  Seconds keep = std::chrono::days(730);
};

struct MetricsConfig {
  PerDomainMetrics per_domain = PerDomainMetrics::automatic;
};

struct FleetFile {
  std::filesystem::path file{};
  std::string sector{};  // of rows that name none
};

// A date by which many should have something done. Either `sector` or `domains`.
struct Campaign {
  std::string name{};
  std::string name_cy{};
  std::string sector{};
  std::vector<Name> domains{};
  std::optional<Time> tls_ready{};
  std::optional<Time> mandatory_tls{};
};

// Announced work: regressions of these domains or MX hosts are expected and told to nobody.
struct Maintenance {
  std::vector<Name> domains{};
  std::vector<Name> mx{};
  Time from{};
  Time until{};
  std::string reason{};
};

struct Config {
  std::filesystem::path file{};  // empty: no file, all defaults
  MonitorConfig monitor{};
  ResolverConfig resolver{};
  ProbeConfig probe{};
  ConfirmConfig confirm{};
  TrustConfig trust{};
  HttpConfig http{};
  AlertmanagerConfig alertmanager{};
  StoreConfig store{};
  MetricsConfig metrics{};
  std::vector<FleetFile> fleets{};
  std::vector<Campaign> campaigns{};
  std::vector<Maintenance> maintenances{};
};

// Each line says what is wrong where, "config.toml:14: …".
struct ConfigError : std::runtime_error {
  explicit ConfigError(std::vector<std::string> problems);
  std::vector<std::string> problems;
};

// Throws ConfigError with every problem found.
Config read_config(const std::filesystem::path& file);
// The same for text; `file` names it in messages and is where relative paths start.
Config parse_config(std::string_view text, const std::filesystem::path& file);

// A key that the reader knows, and its default as one would write it.
struct ConfigKey {
  std::string section{};  // "monitor", "fleet"
  std::string key{};
  std::string standard{};  // TOML; empty in lists of tables, which have no default
};
std::vector<ConfigKey> config_keys();

}  // namespace mailfleet

#include "monitor/config.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "monitor/config_reader.h"
#include "monitor/nearest_word.h"

namespace mailfleet {
namespace {

using namespace std::chrono_literals;

constexpr int max_count = 1'000'000;
constexpr size_t max_file_bytes = 16 << 20;
// Nobody runs a monitor on seconds, but tests and demonstrations do.
constexpr Seconds least_interval = 1s;

bool is_url(std::string_view text) {
  const size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  return scheme > 0 && text.size() > scheme && text[scheme] != '/' &&
         text.find_first_of(" \"'<>\\") == std::string_view::npos;
}

bool is_store_url(std::string_view text) { return text.starts_with("sqlite:") && text.size() > 7; }

bool is_host_name(std::string_view text) {
  const auto name = Name::parse(text);
  return name && name->label_count() > 1;
}

void read_monitor(Section section, MonitorConfig& into) {
  section.path("data_dir", into.data_dir);
  section.duration("interval", into.interval, least_interval);
  section.duration("interval_trusted", into.interval_trusted, least_interval);
  section.duration("interval_parked", into.interval_parked, least_interval);
  section.duration("policy_interval", into.policy_interval, least_interval);
  section.duration("deep_interval", into.deep_interval, least_interval);
  section.duration("scan_deadline", into.scan_deadline, 1s, 24h);
  section.number("max_in_flight", into.max_in_flight, 1, 100'000);
  section.names("control_names", into.control_names);
  static constexpr std::pair<std::string_view, LogLevel> levels[] = {{"debug", LogLevel::debug},
                                                                     {"info", LogLevel::info},
                                                                     {"warning", LogLevel::warning},
                                                                     {"error", LogLevel::error}};
  section.choice<LogLevel>("log_level", into.log_level, levels);
  static constexpr std::pair<std::string_view, LogFormat> formats[] = {
      {"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}};
  section.choice<LogFormat>("log_format", into.log_format, formats);
  section.finish();
}

void read_resolver(Section section, ResolverConfig& into) {
  section.sockets("forward", into.forward);
  section.sockets("second_forward", into.second_forward);
  section.path("root_hints_file", into.root_hints_file);
  section.path("trust_anchor_file", into.trust_anchor_file);
  section.duration("cache_max_ttl", into.cache_max_ttl, 0s, 24h * 7);
  section.number("cache_mb", into.cache_mb, 3, 65536);
  section.duration("timeout", into.timeout, 100ms, 5min);
  for (const auto* key : {"forward", "second_forward"}) {
    const auto& list = std::string_view(key) == "forward" ? into.forward : into.second_forward;
    if (std::ranges::any_of(list, [](const AddressPort& each) { return each.port == 0; }))
      section.refuse(key,
                     "\"" + std::string(key) + "\" must name ports from 1 to 65535, got port 0");
  }
  section.finish();
}

void read_probe(Section section, ProbeConfig& into) {
  section.text("ehlo_name", into.ehlo_name, is_host_name,
               "a full host name like \"monitor.council.gov.uk\"");
  section.port("smtp_port", into.smtp_port);
  section.port("https_port", into.https_port);
  section.path("ca_file", into.ca_file);
  section.networks("allow_addresses", into.allow_addresses);
  section.networks("deny_addresses", into.deny_addresses);
  section.addresses("source_addresses", into.source_addresses);
  section.no_scan("no_scan", into.no_scan);
  section.number("per_address_per_minute", into.per_address_per_minute, 1, 600);
  section.duration("connect_timeout", into.connect_timeout, 100ms, 5min);
  section.duration("banner_timeout", into.banner_timeout, 100ms, 5min);
  section.duration("smtp_deadline", into.smtp_deadline, 100ms, 10min);
  section.duration("https_deadline", into.https_deadline, 100ms, 10min);
  section.finish();
}

void read_confirm(Section section, ConfirmConfig& into) {
  section.duration("content_wait", into.content_wait, 0s);
  section.number("content_count", into.content_count, 1, 100);
  section.duration("absence_wait", into.absence_wait, 0s);
  section.number("absence_count", into.absence_count, 1, 100);
  section.duration("connection_wait", into.connection_wait, 0s);
  section.number("connection_count", into.connection_count, 1, 100);
  section.duration("recovery_wait", into.recovery_wait, 0s);
  section.number("recovery_count", into.recovery_count, 1, 100);
  section.number("flap_count", into.flap_count, 1, max_count);
  section.duration("flap_window", into.flap_window, 1s);
  section.duration("stale_trusted", into.stale_trusted, 1s);
  section.duration("stale_other", into.stale_other, 1s);
  section.number("fleet_unknown_percent", into.fleet_unknown_percent, 1, 100);
  section.finish();
}

void read_trust(Section section, TrustConfig& into) {
  section.duration("admit_after", into.admit_after, 0s);
  section.number("admit_observations", into.admit_observations, 1, max_count);
  section.duration("admit_after_mta_sts", into.admit_after_mta_sts, 0s);
  section.duration("admit_after_dane", into.admit_after_dane, 0s);
  section.duration("stale_after", into.stale_after, 1s);
  section.duration("suspend_unknown_after", into.suspend_unknown_after, 1s);
  section.duration("step_down_after", into.step_down_after, 0s);
  section.duration("recover_after", into.recover_after, 0s);
  section.number("recover_observations", into.recover_observations, 1, max_count);
  section.number("brake_percent", into.brake_percent, 0, 100);
  section.number("brake_entries", into.brake_entries, 0, max_count);
  section.duration("edition_interval", into.edition_interval, 1s);
  section.duration("expires", into.expires, 1s);
  section.path("signing_key", into.signing_key);
  section.path("next_signing_key", into.next_signing_key);
  section.path("publish_dir", into.publish_dir);
  // Else readers would see an expired list between two editions.
  if (into.expires <= into.edition_interval)
    section.refuse("expires", "\"expires\" must be longer than \"edition_interval\", got \"" +
                                  config_duration(into.expires) + "\" and \"" +
                                  config_duration(into.edition_interval) + "\"");
  if (into.suspend_unknown_after < into.stale_after)
    section.refuse("suspend_unknown_after",
                   "\"suspend_unknown_after\" must not be shorter than \"stale_after\", got \"" +
                       config_duration(into.suspend_unknown_after) + "\" and \"" +
                       config_duration(into.stale_after) + "\"");
  section.finish();
}

void read_http(Section section, HttpConfig& into) {
  section.sockets("listen", into.listen);
  section.sockets("admin_listen", into.admin_listen);
  section.path("admin_token_file", into.admin_token_file);
  section.text("base_url", into.base_url, is_url,
               "a URL like \"https://mailfleet.example.gov.uk\"");
  section.text("contact", into.contact);
  section.text("title", into.title);
  while (into.base_url.ends_with('/')) into.base_url.pop_back();
  section.finish();
}

void read_alertmanager(Section section, AlertmanagerConfig& into) {
  section.texts("urls", into.urls, is_url, "URLs like \"http://127.0.0.1:9093\"");
  for (std::string& url : into.urls)
    while (url.ends_with('/')) url.pop_back();
  section.duration("resend_interval", into.resend_interval, 1s, 24h);
  section.finish();
}

void read_store(Section section, StoreConfig& into) {
  section.text("url", into.url, is_store_url, "like \"sqlite:mailfleet.db\"");
  section.duration("keep", into.keep, 1s);
  section.finish();
}

void read_metrics(Section section, MetricsConfig& into) {
  using enum PerDomainMetrics;
  static constexpr std::pair<std::string_view, PerDomainMetrics> words[] = {
      {"auto", automatic}, {"all", all}, {"failing", failing}, {"none", none}};
  section.choice<PerDomainMetrics>("per_domain", into.per_domain, words);
  section.finish();
}

FleetFile read_fleet(Section section) {
  FleetFile out;
  section.path("file", out.file);
  section.text("sector", out.sector);
  if (out.file.empty()) section.refuse("file", "[[fleet]] must name a \"file\"");
  section.finish();
  return out;
}

Campaign read_campaign(Section section) {
  Campaign out;
  section.text("name", out.name);
  section.text("name_cy", out.name_cy);
  section.text("sector", out.sector);
  section.names("domains", out.domains);
  section.time("tls_ready", out.tls_ready);
  section.time("mandatory_tls", out.mandatory_tls);
  if (out.name.empty()) section.refuse("name", "[[campaign]] must have a \"name\"");
  if (section.has("sector") == section.has("domains"))
    section.refuse("sector", "[[campaign]] must have either \"sector\" or \"domains\"");
  if (out.tls_ready && out.mandatory_tls && *out.mandatory_tls < *out.tls_ready)
    section.refuse("mandatory_tls", "\"mandatory_tls\" must not be before \"tls_ready\"");
  section.finish();
  return out;
}

Maintenance read_maintenance(Section section) {
  Maintenance out;
  std::optional<Time> from;
  std::optional<Time> until;
  section.names("domains", out.domains);
  section.names("mx", out.mx);
  section.time("from", from);
  section.time("until", until);
  section.text("reason", out.reason);
  if (!section.has("domains") && !section.has("mx"))
    section.refuse("domains", "[[maintenance]] must have \"domains\" or \"mx\"");
  if (!section.has("from") || !section.has("until"))
    section.refuse("from", "[[maintenance]] must say \"from\" and \"until\"");
  if (from && until && *until <= *from) section.refuse("until", "\"until\" must be after \"from\"");
  out.from = from.value_or(Time{});
  out.until = until.value_or(Time{});
  section.finish();
  return out;
}

class File {
 public:
  File(Reading& reading, const toml::table& root) : reading_(reading), root_(root) {}

  Section section(const std::string& name) {
    known_.push_back(name);
    const toml::node* node = root_.get(name);
    if (node && !node->is_table())
      reading_.refuse(node->source(), "\"" + name + "\" must be a section, [" + name + "]");
    return {reading_, name, node ? node->as_table() : nullptr};
  }

  template <class T>
  void sections(const std::string& name, std::vector<T>& into, T (*read)(Section)) {
    known_.push_back(name);
    const toml::node* node = root_.get(name);
    const toml::array* tables = node ? node->as_array() : nullptr;
    if (node && (!tables || !tables->is_homogeneous(toml::node_type::table)))
      return reading_.refuse(node->source(), "\"" + name + "\" must be written [[" + name + "]]");
    if (!tables) return note_keys(name, read);
    for (const toml::node& each : *tables) into.push_back(read({reading_, name, each.as_table()}));
  }

  void finish() {
    for (const auto& [key, node] : root_) {
      if (std::ranges::find(known_, key.str()) != known_.end()) continue;
      const bool is_section = node.is_table() || node.is_array();
      const std::string near = nearest_word(key.str(), known_);
      reading_.refuse(key.source(), "unknown " + std::string(is_section ? "section [" : "key \"") +
                                        std::string(key.str()) +
                                        (is_section ? "]" : "\" outside of a section") +
                                        (near.empty() ? "" : "; did you mean [" + near + "]?"));
    }
  }

 private:
  // The keys of a list's tables exist although the file has none: no problem, but to be listed.
  template <class T>
  void note_keys(const std::string& name, T (*read)(Section)) {
    const size_t problems = reading_.problems.size();
    read({reading_, name, nullptr});
    reading_.problems.resize(problems);
  }

  Reading& reading_;
  const toml::table& root_;
  std::vector<std::string> known_{};
};

Config read_all(Reading& reading, const toml::table& root) {
  Config config;
  File file(reading, root);
  read_monitor(file.section("monitor"), config.monitor);
  read_resolver(file.section("resolver"), config.resolver);
  read_probe(file.section("probe"), config.probe);
  read_confirm(file.section("confirm"), config.confirm);
  read_trust(file.section("trust"), config.trust);
  read_http(file.section("http"), config.http);
  read_alertmanager(file.section("alertmanager"), config.alertmanager);
  read_store(file.section("store"), config.store);
  read_metrics(file.section("metrics"), config.metrics);
  file.sections<FleetFile>("fleet", config.fleets, read_fleet);
  file.sections<Campaign>("campaign", config.campaigns, read_campaign);
  file.sections<Maintenance>("maintenance", config.maintenances, read_maintenance);
  file.finish();
  return config;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

// Problems are found section by section; people read a file from its top.
void sort_by_line(std::vector<std::string>& problems, const std::string& file) {
  const auto line = [&](const std::string& problem) {
    return std::atol(problem.c_str() + file.size() + 1);
  };
  std::ranges::stable_sort(problems, {}, line);
}

}  // namespace

std::optional<AddressPort> AddressPort::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = Address::parse(host);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!address || address->is_v4() == bracketed || digits.empty() || error != std::errc() ||
      end != digits.data() + digits.size())
    return {};
  return AddressPort{*address, port};
}

std::string AddressPort::text() const {
  return (address.is_v4() ? address.text() : "[" + address.text() + "]") + ":" +
         std::to_string(port);
}

ConfigError::ConfigError(std::vector<std::string> found)
    : std::runtime_error(joined(found)), problems(std::move(found)) {}

Config parse_config(std::string_view text, const std::filesystem::path& file) {
  Reading reading{.file = file.string(), .folder = file.parent_path()};
  toml::table root;
  try {
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    reading.refuse(error.source(), std::string(error.description()));
    throw ConfigError(std::move(reading.problems));
  }
  Config config = read_all(reading, root);
  sort_by_line(reading.problems, reading.file);
  if (!reading.problems.empty()) throw ConfigError(std::move(reading.problems));
  config.file = file;
  return config;
}

Config read_config(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file))
    throw ConfigError({file.string() + ": cannot be read"});
  std::string text;
  text.resize(max_file_bytes + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > max_file_bytes) throw ConfigError({file.string() + ": larger than 16 MB"});
  return parse_config(text, file);
}

std::vector<ConfigKey> config_keys() {
  Reading reading;
  read_all(reading, toml::table{});
  return reading.keys;
}

}  // namespace mailfleet

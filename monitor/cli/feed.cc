#include "monitor/cli/feed.h"

#include <charconv>
#include <chrono>
#include <iostream>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "exporter/feed/diff.h"
#include "exporter/feed/verify.h"
#include "exporter/gateways/gateway.h"
#include "monitor/cli/exit_status.h"
#include "monitor/cli/files.h"
#include "monitor/clock.h"

namespace mailfleet {
namespace {

constexpr size_t max_key_octets = 64UL * 1024;

Edition edition_in(const std::string& path) {
  auto read = read_edition(read_whole_file(path, max_edition_octets));
  if (const auto* error = std::get_if<EditionError>(&read))
    throw OperatorError(path + ": " + error->what);
  return std::get<Edition>(std::move(read));
}

std::vector<PublicKey> keys_from(const std::string& key) {
  const std::string text = key.starts_with("RW") ? key : read_whole_file(key, max_key_octets);
  std::vector<PublicKey> keys = read_public_keys(text, wall_clock());
  if (keys.empty())
    throw OperatorError(key +
                        ": holds no key that is valid now (a minisign public key file, its RW… "
                        "text, or a keys.json)");
  return keys;
}

std::string signature_of(const std::string& file, const std::string& option) {
  if (!option.empty()) return read_whole_file(option, max_edition_octets * 2);
  if (auto text = read_whole_file_if_any(file + ".sig", max_key_octets)) return *text;
  if (auto text = read_whole_file_if_any(file + ".jws", max_edition_octets * 2)) return *text;
  throw OperatorError(file +
                      ".sig: there is no signature beside the file (--signature names another)");
}

std::optional<AcceptedEdition> accepted_before(const std::string& state) {
  if (state.empty()) return {};
  const auto text = read_whole_file_if_any(state, max_key_octets);
  if (!text) return {};
  const auto before = AcceptedEdition::parse(*text);
  if (!before)
    throw OperatorError(state + ": is not a state file of feed verify (\"SERIAL SHA256\")");
  return before;
}

Verification verify(const std::string& file, const std::string& body, const std::string& key,
                    const std::string& signature, const std::string& state) {
  if (key.empty())
    throw OperatorError(
        "--key is missing: a minisign public key file, its RW… text, or a keys.json");
  return verify_edition(body, signature_of(file, signature), keys_from(key), accepted_before(state),
                        wall_clock());
}

void set_postfix_version(const std::string& text, GatewayOptions& options) {
  const auto parts = split(text, '.');
  const auto number = [&](size_t i, int& out) {
    if (i >= parts.size()) return false;
    const auto [end, error] =
        std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), out);
    return error == std::errc() && end == parts[i].data() + parts[i].size();
  };
  if (!number(0, options.postfix_major) || !number(1, options.postfix_minor))
    throw OperatorError("--postfix-version \"" + text + "\" must be like 3.7");
}

// Who may be sent to in the clear below a suffix is believed on the same terms as an edition.
ExceptionList exceptions_in(const FeedExportOptions& options) {
  const std::string& file = options.exceptions;
  const std::string body = read_whole_file(file, max_edition_octets);
  if (!options.allow_unsigned || !options.key.empty())
    if (const auto fault = signature_fault(body, signature_of(file, ""), keys_from(options.key)))
      throw OperatorError(file + ": " + *fault);
  auto read = read_exceptions(body);
  if (const auto* error = std::get_if<EditionError>(&read))
    throw OperatorError(file + ": " + error->what);
  return std::get<ExceptionList>(std::move(read));
}

SuffixPolicy suffix_policy(const FeedExportOptions& options) {
  SuffixPolicy out;
  if (options.suffixes.empty()) return out;
  if (options.format != "postfix") throw OperatorError("--suffix is for the export postfix only");
  if (options.exceptions.empty())
    throw OperatorError("--suffix needs --exceptions, the feed's exceptions.json");
  for (const std::string& suffix : options.suffixes) {
    const auto name = Name::parse(suffix.starts_with('.') ? suffix.substr(1) : suffix);
    if (!name) throw OperatorError("--suffix \"" + suffix + "\" must be a domain name like gov.uk");
    out.suffixes.push_back(*name);
  }
  const auto level = parse_suffix_level(options.suffix_level);
  if (!level)
    throw OperatorError("--suffix-level \"" + options.suffix_level +
                        "\" must be encrypt or verify");
  out.level = *level;
  out.exceptions = exceptions_in(options);
  return out;
}

GatewayOptions gateway_options(const FeedExportOptions& options) {
  const auto tier = parse_tier(options.tier);
  if (!tier || *tier == Tier::none)
    throw OperatorError("--tier \"" + options.tier + "\" must be T1, T2 or T3");
  const auto on_expiry = parse_on_expiry(options.on_expiry);
  if (!on_expiry)
    throw OperatorError("--on-expiry \"" + options.on_expiry +
                        "\" must be keep, encrypt or opportunistic");
  if (options.dane != "dane-only" && options.dane != "leave-out")
    throw OperatorError("--dane \"" + options.dane + "\" must be dane-only or leave-out");
  GatewayOptions out{.least = *tier,
                     .on_expiry = *on_expiry,
                     .allow_unsigned = options.allow_unsigned,
                     .now = wall_clock(),
                     .dane_only = options.dane == "dane-only",
                     .suffix = suffix_policy(options)};
  set_postfix_version(options.postfix_version, out);
  return out;
}

GatewayText export_as(const std::string& format, const Edition& edition,
                      const GatewayOptions& options) {
  if (format == "postfix") return export_postfix(edition, options);
  if (format == "exim") return export_exim(edition, options);
  if (format == "exchange") return export_exchange(edition, options);
  if (format == "csv") return export_csv(edition, options);
  if (format == "starttls-everywhere") return export_starttls_everywhere(edition, options);
  throw OperatorError(
      "\"" + format +
      "\" is no export; there are postfix, exim, exchange, csv and starttls-everywhere");
}

// The edition to export: verified, unless the consumer explicitly takes an unsigned one. An expired
// one goes on to the exporter, which knows what the consumer wants then.
Edition edition_to_export(const FeedExportOptions& options) {
  const std::string body = read_whole_file(options.file, max_edition_octets);
  if (options.allow_unsigned && options.key.empty()) return edition_in(options.file);
  Verification seen = verify(options.file, body, options.key, options.signature, "");
  if (seen.verdict == Verdict::accepted) return std::move(*seen.edition);
  if (seen.verdict == Verdict::expired && options.on_expiry != "keep")
    return edition_in(options.file);
  throw OperatorError(options.file + ": " + seen.why);
}

}  // namespace

int run_feed_show(const FeedShowOptions& options) {
  const Edition edition = edition_in(options.file);
  if (options.json) {
    std::cout << edition_json(edition);
    return looked;
  }
  std::cout << "serial " << edition.serial << ", issued " << to_text(edition.issued) << ", expires "
            << to_text(edition.expires) << (edition.is_signed ? "" : ", unsigned") << '\n';
  for (const FeedEntry& entry : edition.entries) {
    std::cout << entry.domain.text() << "  " << to_text(entry.state) << " " << to_text(entry.tier)
              << (entry.stale ? " stale" : "") << "  " << for_display(entry.organisation, 60);
    for (const std::string& reason : entry.reasons) std::cout << "  " << for_display(reason, 60);
    std::cout << '\n';
  }
  return looked;
}

int run_feed_keygen(const FeedKeygenOptions& options) {
  try {
    const SigningKey key = SigningKey::generate();
    key.write_files(options.file);
    std::cout << "signing key " << options.file << " (keep it secret), public key " << options.file
              << ".pub\n"
              << key.public_key().minisign() << '\n';
  } catch (const std::runtime_error& error) {
    throw OperatorError(error.what());
  }
  return looked;
}

int run_feed_verify(const FeedVerifyOptions& options) {
  const std::string body = read_whole_file(options.file, max_edition_octets);
  const Verification seen =
      verify(options.file, body, options.key, options.signature, options.state);
  const bool good = seen.verdict == Verdict::accepted;
  if (good && !options.state.empty()) replace_file(options.state, seen.accepted.text());
  if (options.json) {
    std::cout << to_json_pretty(Value::object(
                     {{"file", options.file},
                      {"accepted", good},
                      {"verdict", to_text(seen.verdict)},
                      {"reason", good ? Value() : Value(seen.why)},
                      {"serial",
                       good ? Value(static_cast<int64_t>(seen.edition->serial)) : Value()},
                      {"issued", good ? Value(to_text(seen.edition->issued)) : Value()},
                      {"expires", good ? Value(to_text(seen.edition->expires)) : Value()},
                      {"entries", good ? Value(seen.edition->entries.size()) : Value()}}))
              << '\n';
  } else if (good) {
    std::cout << options.file << ": accepted, serial " << seen.edition->serial << ", "
              << seen.edition->entries.size() << " entries, expires "
              << to_text(seen.edition->expires) << '\n';
  } else {
    std::cerr << "mailfleet: " << options.file << ": refused: " << seen.why << '\n';
  }
  return good ? looked : found;
}

int run_feed_export(const FeedExportOptions& options) {
  const GatewayOptions gateway = gateway_options(options);
  const GatewayText text = export_as(options.format, edition_to_export(options), gateway);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&text)) {
    std::cerr << "mailfleet: " << options.file << ": " << refusal->what << '\n';
    return found;
  }
  if (options.output.empty())
    std::cout << std::get<std::string>(text);
  else
    replace_file(options.output, std::get<std::string>(text));
  return looked;
}

int run_feed_diff(const FeedDiffOptions& options) {
  const FeedDiff diff = diff_editions(edition_in(options.older), edition_in(options.newer));
  if (options.json) {
    std::cout << to_json_pretty(diff_value(diff)) << '\n';
    return looked;
  }
  std::cout << "serial " << diff.older_serial << " -> " << diff.newer_serial << '\n';
  for (const FeedDifference& each : diff.differences)
    std::cout << each.domain.text() << "  " << each.what << "  " << for_display(each.was) << " -> "
              << for_display(each.now) << '\n';
  return looked;
}

}  // namespace mailfleet

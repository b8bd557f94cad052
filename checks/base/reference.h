// Tables that people maintain (operators, TLS levels, thresholds), read from the TOML files beside
// the checks by monitor/reference and handed to the checks as plain data.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/name.h"

namespace mailfleet {

// Someone who runs mail for many domains. checks/mx/operators.toml.
struct Operator {
  std::string name{};                         // "microsoft": stable, in facts and labels
  std::string title{};                        // "Microsoft Exchange Online"
  std::vector<Name> mx_suffixes{};            // "mail.protection.outlook.com", "mx.microsoft"
  std::vector<std::string> dkim_selectors{};  // "selector1", "selector2"
};

// How a TLS version, suite or group counts. checks/starttls/levels.toml.
struct TlsGrade {
  std::string project{};  // pass, info, advice, fail
  std::map<std::string, std::string> others{};  // "ncsc-nl-2025" -> "sufficient"
};

struct Reference {
  std::vector<Operator> operators{};
  std::map<std::string, TlsGrade> tls_versions{};  // "TLSv1.3"
  std::map<std::string, TlsGrade> tls_suites{};    // OpenSSL name or a family's
  std::map<std::string, TlsGrade> tls_groups{};
  std::map<std::string, double> thresholds{};      // "certificate.ticket_fraction"
  std::vector<std::string> retired_mailbox_hosts{};  // report destinations of ended services
  std::vector<std::string> legacy_suffixes{};        // gsi.gov.uk and its family

  // The operator whose suffix covers the host; empty text when none does.
  std::string_view operator_of(const Name& host) const;
  double threshold(std::string_view key, double otherwise) const;
};

}  // namespace mailfleet

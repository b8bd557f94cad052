// `mailfleet check`: one look at domains now. Asks afresh, confirms nothing, stores nothing, and
// works without a configuration.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mailfleet {

struct CheckOptions {
  std::vector<std::string> domains{};  // as people write them
  std::string config{};
  std::string world{};                     // a file to be asked instead of the network
  std::string ip{};                        // with a sender: would mail from there pass SPF?
  std::optional<std::string> mail_from{};  // "" is the null sender
  std::string helo{};
  std::string fail_on{};    // fail, advice; empty: the status does not depend on what is found
  std::string lang = "en";  // of the text for people: en, cy
  bool json = false;
};

int run_check(const CheckOptions& options);

}  // namespace mailfleet

#include "monitor/cli/configuration.h"

#include "monitor/cli/exit_status.h"

namespace mailfleet {
namespace {

constexpr const char* usual_places[] = {"config.toml", "/etc/mailfleet/config.toml"};

std::string place_of_config(const std::string& option) {
  if (!option.empty()) return option;
  for (const char* place : usual_places) {
    std::error_code ignored;  // not being there is an answer
    if (std::filesystem::exists(place, ignored)) return place;
  }
  return "";
}

}  // namespace

Config load_config(const std::string& option) {
  const std::string place = place_of_config(option);
  if (place.empty())
    throw OperatorError(
        "no configuration: neither ./config.toml nor /etc/mailfleet/config.toml is there; name one "
        "with --config FILE");
  return read_config(place);
}

Config load_config_if_any(const std::string& option) {
  const std::string place = place_of_config(option);
  return place.empty() ? Config{} : read_config(place);
}

}  // namespace mailfleet

// One HTTP POST to an operator's own Alertmanager: http only, no redirects, one answer, one
// deadline. The address is the operator's word, so reach rules for probes do not apply.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

constexpr std::chrono::seconds post_deadline{10};
constexpr size_t max_post_answer_octets = 64UL * 1024;

struct PostTarget {
  std::string host{};
  std::string port = "80";
  std::string path = "/";
  std::string host_header{};

  // "http://am:9093" or "http://am:9093/prefix/"; IPv6 in brackets. Empty for anything else.
  static std::optional<PostTarget> parse(std::string_view url);
  bool operator==(const PostTarget&) const = default;
};

// `answer` gets the HTTP status, or 0 when none came; `why` says what went wrong. Called once, on
// the io_context's thread.
void post_json(boost::asio::io_context& context, const PostTarget& target, const std::string& path,
               std::string body, std::chrono::milliseconds patience,
               std::function<void(unsigned status, std::string why)> answer);

}  // namespace mailfleet

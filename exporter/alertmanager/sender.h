// Tells every Alertmanager: the sockets under delivery.h. Lives on the network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>
#include <vector>

#include "exporter/alertmanager/delivery.h"
#include "exporter/alertmanager/post.h"

namespace mailfleet {

struct SenderHost {
  using Post = std::function<void(boost::asio::io_context& context, const PostTarget& target,
                                  const std::string& path, std::string body,
                                  std::chrono::milliseconds patience,
                                  std::function<void(unsigned status, std::string why)> answer)>;
  std::function<Time()> now{};
  std::function<bool()> clock_is_good = [] { return true; };
  // One line a failure: member and reason.
  std::function<void(const std::string& member, const std::string& why)> failed{};
  // After each accepted post, for the time from detection to telling.
  std::function<void(const Delivery::Post&)> accepted{};
  Post post = post_json;
  std::chrono::milliseconds patience = post_deadline;  // with one post
};

class AlertSender {
 public:
  // Throws std::runtime_error for a URL that is not http://HOST[:PORT][/PATH].
  AlertSender(boost::asio::io_context& context, const std::vector<std::string>& urls,
              AlertSettings settings, SenderHost host);
  void tell(const Incident& incident);  // at once; and again until it has ended
  void tick() { pump(); }  // each second or so: the wall clock may move unlike our timer
  void stop();
  const Delivery& delivery() const { return delivery_; }

 private:
  void pump();
  Delivery::ClockTrust clock() const;
  void post(Delivery::Post post);

  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  SenderHost host_;
  std::map<std::string, PostTarget> targets_{};
  Delivery delivery_;
  bool stopped_ = false;
};

}  // namespace mailfleet

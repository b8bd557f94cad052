#include "exporter/alertmanager/sender.h"

#include <stdexcept>

namespace mailfleet {
namespace {

PostOutcome outcome_of(unsigned status) {
  if (status >= 200 && status < 300) return PostOutcome::accepted;
  // 4xx is about what we sent; sending it again would not help.
  return status >= 400 && status < 500 && status != 408 && status != 429 ? PostOutcome::refused
                                                                         : PostOutcome::failed;
}

}  // namespace

AlertSender::AlertSender(boost::asio::io_context& context, const std::vector<std::string>& urls,
                         AlertSettings settings, SenderHost host)
    : context_(context),
      timer_(context),
      host_(std::move(host)),
      delivery_(urls, std::move(settings)) {
  for (const std::string& url : urls) {
    const auto target = PostTarget::parse(url);
    if (!target)
      throw std::runtime_error(
          "\"" + url + "\" is no Alertmanager address; it must be like http://alertmanager:9093");
    targets_[url] = *target;
  }
}

void AlertSender::tell(const Incident& incident) {
  if (targets_.empty()) return;
  delivery_.update(incident, host_.now());
  pump();
}

Delivery::ClockTrust AlertSender::clock() const {
  return host_.clock_is_good() ? Delivery::ClockTrust::good : Delivery::ClockTrust::doubted;
}

void AlertSender::pump() {
  if (stopped_ || targets_.empty()) return;
  for (Delivery::Post& each : delivery_.due(host_.now(), clock())) post(std::move(each));
  const Time now = host_.now();
  timer_.expires_after(std::max(Seconds(1), delivery_.next_due(now) - now));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) pump();
  });
}

void AlertSender::post(Delivery::Post post) {
  const PostTarget& target = targets_.at(post.member);
  host_.post(context_, target, "/api/v2/alerts", post.body, host_.patience,
             [this, post](unsigned status, const std::string& why) {
               if (stopped_) return;
               const PostOutcome outcome = outcome_of(status);
               delivery_.ended(post, outcome, host_.now());
               if (outcome == PostOutcome::accepted) {
                 if (host_.accepted) host_.accepted(post);
               } else if (host_.failed) {
                 host_.failed(post.member,
                              status ? "HTTP " + std::to_string(status) + ": " + why : why);
               }
               pump();
             });
}

void AlertSender::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace mailfleet

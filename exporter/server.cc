#include "exporter/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "exporter/api/admin.h"
#include "exporter/http/listener.h"
#include "exporter/site.h"

namespace mailfleet {
namespace {

namespace asio = boost::asio;

// The store answers from its own thread; what it says is heard on the web thread.
class PostedDetails : public Details {
 public:
  PostedDetails(Details& inner, std::function<void(std::function<void()>)> post)
      : inner_(inner), post_(std::move(post)) {}

  void domain(const Name& name, size_t history_limit,
              std::function<void(std::optional<DomainDetails>)> answer) override {
    inner_.domain(
        name, history_limit, [post = post_, answer](std::optional<DomainDetails> details) {
          post([answer, details = std::move(details)]() mutable { answer(std::move(details)); });
        });
  }

  void changes(std::optional<Name> domain, int64_t before_id, size_t limit,
               std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)>
                   answer) override {
    inner_.changes(std::move(domain), before_id, limit,
                   [post = post_, answer](auto rows, auto names) {
                     post([answer, rows = std::move(rows), names = std::move(names)]() mutable {
                       answer(std::move(rows), std::move(names));
                     });
                   });
  }

  void edition(uint64_t serial, EditionPart part,
               std::function<void(std::optional<std::string>)> answer) override {
    inner_.edition(serial, part, [post = post_, answer](std::optional<std::string> text) {
      post([answer, text = std::move(text)]() mutable { answer(std::move(text)); });
    });
  }

  void sender(const Name& name, const Address& ip, const std::string& mail_from,
              std::function<void(std::optional<SenderVerdict>)> answer) override {
    inner_.sender(name, ip, mail_from,
                  [post = post_, answer](std::optional<SenderVerdict> verdict) {
                    post([answer, verdict = std::move(verdict)] { answer(verdict); });
                  });
  }

 private:
  Details& inner_;
  std::function<void(std::function<void()>)> post_;
};

}  // namespace

struct Server::Running {
  Running(ServerSettings wanted, const SnapshotHolder& snapshots, Details& inner, AdminActions acts,
          SelfMetrics& metrics, std::span<const Check* const> checks)
      : settings(std::move(wanted)),
        actions(std::move(acts)),
        details(inner, poster()),
        site{settings, snapshots, details, actions, metrics, checks, poster()},
        open(*context, host(Audience::anyone)),
        admin(*context, host(Audience::admin)) {
    add_api_routes(site, routes);
    add_metrics_routes(site, routes);
    add_admin_routes(site, routes);
    add_feed_routes(site, routes);
    add_page_routes(site, routes);
    add_admin_page_routes(site, routes);
    add_description_routes(site, routes);
    add_lookup_routes(site, routes);
    add_atom_routes(site, routes);
  }

  // Holds the context, so that an answer that comes after the end finds a place to be dropped in.
  std::function<void(std::function<void()>)> poster() const {
    return
        [context = context](std::function<void()> work) { asio::post(*context, std::move(work)); };
  }

  ConnectionHost host(Audience audience) {
    return {
        .handle = [this, audience](const Request& request,
                                   Reply reply) { handle(request, audience, std::move(reply)); },
        .answered = [this, audience](
                        const Request& request,
                        const WireAnswer& answer) { count(request, audience, answer); },
        .now = settings.clock};
  }

  void handle(const Request& request, Audience audience, Reply reply);
  void count(const Request& request, Audience audience, const WireAnswer& answer);
  void shut();  // the loop ends when the last request is answered, or the grace is over

  std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
  ServerSettings settings;
  AdminActions actions;
  PostedDetails details;
  Site site;
  std::vector<Route> routes{};
  Listener open;
  Listener admin;
  std::thread thread{};
};

void Server::Running::handle(const Request& request, Audience audience, Reply reply) {
  const Match match = find_route(routes, request.method, request.path, audience);
  if (match.route && match.route->audience == Audience::admin && !match.route->form)
    if (auto refusal = admin_refusal(request, settings.token)) return reply(std::move(*refusal));
  if (match.route && audience == Audience::admin) {
    Request here = request;
    here.admin = true;
    return match.route->handle(here, match.values, std::move(reply));
  }
  if (match.route) return match.route->handle(request, match.values, std::move(reply));
  if (!match.allow.empty()) return reply(method_not_allowed(match.allow));
  reply(nothing_here(site, request));
}

void Server::Running::count(const Request& request, Audience audience, const WireAnswer& answer) {
  const Match match = find_route(routes, request.method, request.path, audience);
  site.metrics.http_request(match.route ? match.route->pattern : "other", answer.status);
  site.metrics.http_connections(open.connections() + admin.connections(),
                                open.evicted() + admin.evicted());
}

void Server::Running::shut() {
  const auto halt = [this] { context->stop(); };
  const auto grace = std::make_shared<asio::steady_timer>(*context, stop_grace);
  grace->async_wait([grace, halt](const boost::system::error_code&) { halt(); });
  open.stop([this, halt] { admin.stop(halt); });
}

Server::Server(ServerSettings settings, const SnapshotHolder& snapshot, Details& details,
               AdminActions actions, SelfMetrics& metrics, std::span<const Check* const> checks)
    : running_(std::make_unique<Running>(std::move(settings), snapshot, details, std::move(actions),
                                         metrics, checks)) {}

Server::~Server() { stop(); }

ServerPorts Server::start() {
  ServerPorts out;
  for (const std::string& each : running_->settings.listen)
    out.listen.push_back(running_->open.listen(each));
  // A port that was left to the system is known only now.
  if (std::string& base = running_->settings.base_url; base.ends_with(":0") && !out.listen.empty())
    base.replace(base.size() - 1, 1, std::to_string(out.listen.front()));
  for (const std::string& each : running_->settings.admin_listen)
    out.admin.push_back(running_->admin.listen(each));
  running_->thread = std::thread([running = running_.get()] { running->context->run(); });
  return out;
}

void Server::stop() {
  if (!running_->thread.joinable()) return;
  asio::post(*running_->context, [running = running_.get()] { running->shut(); });
  running_->thread.join();
}

}  // namespace mailfleet

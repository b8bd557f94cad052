#include "monitor/probe/unbound_thread.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "monitor/probe/dns_packet.h"

namespace mailfleet {
namespace {

struct FreeContext {
  void operator()(ub_ctx* context) const { ub_ctx_delete(context); }
};
struct FreeBase {
  void operator()(event_base* base) const { event_base_free(base); }
};
struct FreeEvent {
  void operator()(event* watched) const { event_free(watched); }
};
using Context = std::unique_ptr<ub_ctx, FreeContext>;

using Option = std::pair<const char*, std::string>;

// Zones that libunbound would answer by itself, with an invented NXDOMAIN. We ask for real.
constexpr std::array local_zones{
    "localhost.",
    "127.in-addr.arpa.",
    "onion.",
    "test.",
    "invalid.",
    "home.arpa.",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa."};

void must(int status, const std::string& what) {
  if (status != UB_NOERROR)
    throw std::runtime_error("resolver: " + what + ": " + ub_strerror(status));
}

std::vector<Option> options(const ResolverSettings& settings, ResolverPath path) {
  const bool cached = path == ResolverPath::cached;
  // The limits of TTL are one for the whole process, whatever their context says.
  const std::string max_ttl = std::to_string(settings.cache_max_ttl.count());
  const auto thirds = [&](int part) { return std::to_string(settings.cache_mb * part / 3) + "m"; };
  return {
      {"cache-max-ttl:", max_ttl},
      {"cache-max-negative-ttl:", max_ttl},
      {"val-bogus-ttl:", "60"},
      // An uncached path has room for the message it is at, and no other.
      {"msg-cache-size:", cached ? thirds(1) : "1"},
      {"msg-cache-slabs:", cached ? "4" : "1"},
      {"rrset-cache-size:", cached ? thirds(2) : "1"},
      {"rrset-cache-slabs:", cached ? "4" : "1"},
      {"key-cache-size:", "8m"},
      // The library's own defaults serve one program's few look-ups.
      {"outgoing-range:", "1000"},
      {"num-queries-per-thread:", "4096"},
      {"outgoing-num-tcp:", "50"},
      {"edns-buffer-size:", "1232"},
      {"unblock-lan-zones:", "yes"},
      {"val-log-level:", "2"},  // without it no reason comes with a bogus answer
      {"aggressive-nsec:", "no"},
      {"trust-anchor-signaling:", "no"},
      // A name whose server is silent must not make its neighbours behind the same forwarder look
      // dead, nor turn into SERVFAIL before the caller's own time is up: what was learnt of the
      // forwarder's slowness is soon forgotten.
      {"infra-keep-probing:", "yes"},
      {"infra-host-ttl:", settings.forward.empty() ? "900" : "2"},
      {"outbound-msg-retry:", "32"},
      {"do-not-query-localhost:", "no"},
  };
}

std::string whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return file ? text.str() : std::string();
}

void check_trust_anchor(const std::string& path) {
  if (!holds_trust_anchor(whole_file(path)))
    throw std::runtime_error("resolver: no trust anchor (a DS or DNSKEY record) in \"" + path +
                             "\": install the package dns-root-data or set trust_anchor_file");
}

void set_up(ub_ctx* context, const ResolverSettings& settings, ResolverPath path) {
  ub_ctx_debugout(context, nullptr);  // libunbound would write to stderr
  for (const auto& [option, value] : options(settings, path))
    must(ub_ctx_set_option(context, option, value.c_str()), std::string(option) + " " + value);
  must(ub_ctx_add_ta_file(context, settings.trust_anchor_file.c_str()),
       "trust_anchor_file " + settings.trust_anchor_file);
  const bool second = path == ResolverPath::confirm && !settings.second_forward.empty();
  const auto& forwarders = second ? settings.second_forward : settings.forward;
  for (const std::string& forwarder : forwarders) {
    const std::string address = unbound_address(forwarder);
    if (address.empty())
      throw std::runtime_error("resolver: \"" + forwarder + "\" is no ADDRESS:PORT");
    must(ub_ctx_set_fwd(context, address.c_str()), "forward " + forwarder);
  }
  if (forwarders.empty())
    must(ub_ctx_set_option(context, "root-hints:", settings.root_hints_file.c_str()),
         "root_hints_file " + settings.root_hints_file);
  // The first removal makes libunbound read its files, while a mistake can still be told.
  for (const char* zone : local_zones)
    must(ub_ctx_zone_remove(context, zone), "cannot set up: a file that libunbound refuses");
}

}  // namespace

std::string unbound_address(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {};
  std::string host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const std::optional<Address> address = Address::parse(host);
  if (!address || address->is_v4() == bracketed) return {};
  uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number == 0) return {};
  return address->text() + "@" + port;
}

class UnboundThread::Loop {
 public:
  Loop(const ResolverSettings& settings, std::function<void()> ready)
      : ready_(std::move(ready)),
        base_(event_base_new()),
        wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!base_ || wake_ < 0) throw std::runtime_error("resolver: cannot make an event loop");
    check_trust_anchor(settings.trust_anchor_file);
    for (size_t i = 0; i < contexts_.size(); ++i) {
      contexts_[i].reset(ub_ctx_create_event(base_.get()));
      if (!contexts_[i]) throw std::runtime_error("resolver: cannot make a context");
      set_up(contexts_[i].get(), settings, static_cast<ResolverPath>(i));
    }
    waker_.reset(event_new(base_.get(), wake_, EV_READ | EV_PERSIST, &Loop::on_wake, this));
    event_add(waker_.get(), nullptr);
    teller_.reset(event_new(base_.get(), -1, 0, &Loop::on_delivered, this));
    if (!waker_ || !teller_) throw std::runtime_error("resolver: cannot make an event");
    thread_ = std::thread([this] { event_base_dispatch(base_.get()); });
  }

  ~Loop() {
    if (thread_.joinable()) {
      tell({.kind = Order::Kind::stop});
      thread_.join();
    }
    for (Context& context : contexts_) context.reset();
    waker_.reset();
    teller_.reset();
    base_.reset();
    if (wake_ >= 0) close(wake_);
  }

  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  struct Order {
    enum class Kind : uint8_t { ask, cancel, stop };
    Kind kind = Kind::stop;
    uint64_t id = 0;
    std::string name{};
    DnsType type = DnsType::a;
    ResolverPath path = ResolverPath::cached;
  };

  void tell(Order order) {
    {
      const std::scoped_lock lock(mutex_);
      orders_.push_back(std::move(order));
      if (orders_.size() > 1) return;  // it is awake, or about to be
    }
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);  // full: awake anyway
  }

  std::vector<WireAnswer> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(tray_, {});
  }

 private:
  struct Pending {
    Loop* loop = nullptr;
    uint64_t id = 0;
    size_t context = 0;
    int async_id = 0;
  };

  static void on_wake(evutil_socket_t, short, void* self) { static_cast<Loop*>(self)->obey(); }

  void obey() {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t drained = read(wake_, &count, sizeof count);
    std::vector<Order> orders;
    {
      const std::scoped_lock lock(mutex_);
      orders.swap(orders_);
    }
    for (const Order& order : orders) {
      if (order.kind == Order::Kind::ask)
        begin(order);
      else if (order.kind == Order::Kind::cancel)
        cancel(order.id);
      else
        event_base_loopbreak(base_.get());
    }
  }

  void begin(const Order& order) {
    const auto context = static_cast<size_t>(order.path);
    auto made =
        std::make_unique<Pending>(Pending{.loop = this, .id = order.id, .context = context});
    Pending* pending = made.get();
    pending_.emplace(order.id, std::move(made));
    int async_id = 0;
    // May call back before it returns, and then `pending` is gone.
    const int status =
        ub_resolve_event(contexts_[context].get(), order.name.c_str(), static_cast<int>(order.type),
                         1, pending, &Loop::on_answer, &async_id);
    const auto found = pending_.find(order.id);
    if (found == pending_.end()) return;
    if (status == UB_NOERROR) {
      found->second->async_id = async_id;
      return;
    }
    pending_.erase(found);
    deliver({.id = order.id, .validation = {.why_bogus = ub_strerror(status)}});
  }

  void cancel(uint64_t id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) return;
    // After a successful cancel the call back never comes; after a failed one it still may.
    if (ub_cancel(contexts_[found->second->context].get(), found->second->async_id) == UB_NOERROR)
      pending_.erase(found);
  }

  static void on_answer(void* data, int rcode, void* packet, int length, int security,
                        char* why_bogus, int) {
    auto* pending = static_cast<Pending*>(data);
    Loop* self = pending->loop;
    WireAnswer answer{.id = pending->id};
    self->pending_.erase(answer.id);
    // With a code of its own (SERVFAIL after the last try) there is no packet, whatever the buffer
    // holds; an answer's code is inside the packet.
    answer.delivered = rcode == 0 && packet != nullptr && length > 0;
    if (answer.delivered)
      answer.packet.assign(static_cast<const char*>(packet), static_cast<size_t>(length));
    answer.validation.dnssec = security == 1   ? Dnssec::bogus
                               : security == 2 ? Dnssec::secure
                                               : Dnssec::insecure;
    if (why_bogus) answer.validation.why_bogus = why_bogus;
    if (!answer.delivered && !why_bogus)
      answer.validation.why_bogus = rcode == 2 ? "SERVFAIL" : "code " + std::to_string(rcode);
    self->deliver(std::move(answer));
  }

  void deliver(WireAnswer answer) {
    fresh_.push_back(std::move(answer));
    // Comes behind all that is active now: the answers of one round are told at once.
    if (fresh_.size() == 1) event_active(teller_.get(), 0, 0);
  }

  static void on_delivered(evutil_socket_t, short, void* self) {
    static_cast<Loop*>(self)->hand_over();
  }

  void hand_over() {
    bool was_empty = false;
    {
      const std::scoped_lock lock(mutex_);
      was_empty = tray_.empty();
      std::ranges::move(fresh_, std::back_inserter(tray_));
    }
    fresh_.clear();
    if (was_empty) ready_();  // else told already
  }

  std::function<void()> ready_;
  std::unique_ptr<event_base, FreeBase> base_;
  int wake_ = -1;
  std::array<Context, 3> contexts_{};
  std::unique_ptr<event, FreeEvent> waker_{};
  std::unique_ptr<event, FreeEvent> teller_{};
  std::map<uint64_t, std::unique_ptr<Pending>> pending_{};  // resolver thread only
  std::vector<WireAnswer> fresh_{};                         // resolver thread only
  std::mutex mutex_{};
  std::vector<Order> orders_{};     // guarded by mutex_
  std::vector<WireAnswer> tray_{};  // guarded by mutex_
  std::thread thread_{};
};

UnboundThread::UnboundThread(const ResolverSettings& settings, std::function<void()> ready)
    : loop_(std::make_unique<Loop>(settings, std::move(ready))) {}

UnboundThread::~UnboundThread() = default;

void UnboundThread::ask(uint64_t id, const DnsQuestion& question, ResolverPath path) {
  loop_->tell({.kind = Loop::Order::Kind::ask,
               .id = id,
               .name = question.name.text() + ".",
               .type = question.type,
               .path = path});
}

void UnboundThread::cancel(uint64_t id) {
  loop_->tell({.kind = Loop::Order::Kind::cancel, .id = id});
}

std::vector<WireAnswer> UnboundThread::take() { return loop_->take(); }

}  // namespace mailfleet

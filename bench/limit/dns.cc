#include "bench/limit/dns.h"

#include <stdbool.h>  // before ldns, which would define `bool` as a macro otherwise

#include <arpa/inet.h>
#include <event2/event.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

#include <ldns/ldns.h>
#include <unbound-event.h>
#include <unbound.h>

#include "bench/measure.h"

namespace mailfleet::bench {
namespace {

constexpr int patience_ms = 5000;
constexpr int packet_octets = 4096;

struct FreePacket {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
};
using Packet = std::unique_ptr<ldns_pkt, FreePacket>;

std::string query_of(const DnsQuestion& question, uint16_t id) {
  ldns_rdf* owner = ldns_dname_new_frm_str(question.name.text().c_str());
  Packet query(ldns_pkt_query_new(owner, static_cast<ldns_rr_type>(question.type), LDNS_RR_CLASS_IN,
                                  LDNS_RD));
  ldns_pkt_set_id(query.get(), id);
  ldns_pkt_set_edns_udp_size(query.get(), 1232);
  uint8_t* wire = nullptr;
  size_t size = 0;
  ldns_pkt2wire(&wire, query.get(), &size);
  std::string out(reinterpret_cast<const char*>(wire), size);
  std::free(wire);
  return out;
}

int connected_socket(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("stub: no socket");
  return fd;
}

struct Bench {
  event_base* base = nullptr;
  ub_ctx* context = nullptr;
  const std::vector<DnsQuestion>* questions = nullptr;
  size_t next = 0;
  size_t done = 0;
  size_t in_flight = 0;

  void fill();
};

void on_answer(void* of, int, void* packet, int size, int, char*, int) {
  Bench& bench = *static_cast<Bench*>(of);
  ldns_pkt* parsed = nullptr;
  if (size > 0 && ldns_wire2pkt(&parsed, static_cast<uint8_t*>(packet),
                                static_cast<size_t>(size)) == LDNS_STATUS_OK)
    ldns_pkt_free(parsed);
  ++bench.done;
  bench.fill();
  if (bench.done == bench.questions->size()) event_base_loopbreak(bench.base);
}

void Bench::fill() {
  while (next < questions->size() && next - done < in_flight) {
    const DnsQuestion& question = (*questions)[next++];
    int id = 0;
    ub_resolve_event(context, question.name.text().c_str(), static_cast<int>(question.type), 1,
                     this, on_answer, &id);
  }
}

double run(Bench& bench) {
  bench.next = bench.done = 0;
  return cpu_of([&] {
    bench.fill();
    while (bench.done < bench.questions->size()) event_base_dispatch(bench.base);
  });
}

}  // namespace

double stub_dns(uint16_t port, const std::vector<DnsQuestion>& questions, size_t in_flight) {
  const int fd = connected_socket(port);
  std::vector<std::string> queries;
  for (size_t i = 0; i < questions.size(); ++i)
    queries.push_back(query_of(questions[i], static_cast<uint16_t>(i)));
  size_t sent = 0;
  size_t got = 0;
  std::array<uint8_t, packet_octets> packet{};
  const double cost = cpu_of([&] {
    while (got < questions.size()) {
      while (sent < queries.size() && sent - got < in_flight) {
        const std::string& query = queries[sent++];
        if (send(fd, query.data(), query.size(), 0) < 0) throw std::runtime_error("stub: send");
      }
      const ssize_t size = recv(fd, packet.data(), packet.size(), MSG_DONTWAIT);
      if (size < 0) {
        pollfd waits{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&waits, 1, patience_ms) != 1) throw std::runtime_error("stub: no answer");
        continue;
      }
      ldns_pkt* parsed = nullptr;
      if (ldns_wire2pkt(&parsed, packet.data(), static_cast<size_t>(size)) == LDNS_STATUS_OK)
        ldns_pkt_free(parsed);
      ++got;
    }
  });
  close(fd);
  return cost;
}

UnboundCost unbound_dns(uint16_t port, const std::string& trust_anchor_file,
                        const std::vector<DnsQuestion>& questions, size_t in_flight) {
  Bench bench{.base = event_base_new(), .questions = &questions, .in_flight = in_flight};
  bench.context = ub_ctx_create_event(bench.base);
  ub_ctx_debugout(bench.context, nullptr);
  ub_ctx_set_option(bench.context, "do-not-query-localhost:", "no");
  ub_ctx_set_option(bench.context, "outgoing-range:", "1000");
  ub_ctx_set_option(bench.context, "num-queries-per-thread:", "4096");
  ub_ctx_set_option(bench.context, "trust-anchor-signaling:", "no");
  ub_ctx_add_ta_file(bench.context, trust_anchor_file.c_str());
  ub_ctx_set_fwd(bench.context, ("127.0.0.1@" + std::to_string(port)).c_str());
  UnboundCost out;
  out.cold = run(bench);
  out.warm = run(bench);
  ub_ctx_delete(bench.context);
  event_base_free(bench.base);
  return out;
}

}  // namespace mailfleet::bench

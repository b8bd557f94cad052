// A little internet, described by a file: names in DNS, mail servers, policy hosts, and how they
// misbehave. Plain data; read by read_world.h, asked in memory by world_prober.h, served on
// loopback sockets by the lab. The format is described in docs/worlds.md.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/base/evidence.h"

namespace mailfleet {

using Milliseconds = std::chrono::milliseconds;

// How a question about a name ends instead of by an answer. `noerror` takes an earlier word back.
enum class WorldRcode : uint8_t { noerror, servfail, refused, timeout, nxdomain };

// A TLSA record that is computed from the certificate of a listed server: "3 1 1 certificate".
struct TlsaRecipe {
  std::string host{};  // empty: the host in the TLSA record's own name
  uint8_t usage = 3;
  uint8_t selector = 1;
  uint8_t matching = 1;
  auto operator<=>(const TlsaRecipe&) const = default;
};

// One kind of record at one name. The data is in wire form, names in it lower case.
struct WorldType {
  std::vector<std::string> records{};
  std::vector<TlsaRecipe> computed{};  // become records by resolve_tlsa()
  std::optional<WorldRcode> rcode{};
  std::optional<Dnssec> dnssec{};
  std::optional<Milliseconds> delay{};
  bool operator==(const WorldType&) const = default;
};

// A moment: so long before or after the world's now, or a fixed one.
struct WorldMoment {
  Seconds offset{0};
  std::optional<Time> fixed{};

  Time at(Time now) const { return fixed ? *fixed : now + offset; }
  auto operator<=>(const WorldMoment&) const = default;
};

struct WorldName {
  std::map<uint16_t, WorldType> types{};  // by the number of the record type
  WorldRcode rcode = WorldRcode::noerror;
  Dnssec dnssec = Dnssec::insecure;
  Milliseconds delay{0};
  std::optional<WorldMoment> signatures_end{};  // of a secure name; in memory only
  bool operator==(const WorldName&) const = default;
};

// A certificate to be made, see certificate_maker.h.
struct CertificateRecipe {
  std::vector<std::string>
      names{};  // dNSName entries; empty without common_name: the server's host
  std::string common_name{};
  WorldMoment not_before{.offset = -std::chrono::days(10)};
  WorldMoment not_after{.offset = std::chrono::days(80)};
  std::string key = "ec-p256";       // rsa-1024, rsa-2048, rsa-3072, rsa-4096, ec-p384, ed25519
  std::string issuer = "ca";         // other-ca, self, untrusted, expired-intermediate
  std::string chain = "full";        // leaf-only: the intermediate is left out
  std::string signature = "sha256";  // sha1, sha384, sha512
  std::string purpose = "server";    // client: not meant for servers
  std::string pem{};                 // a literal chain (and perhaps its key) instead
  auto operator<=>(const CertificateRecipe&) const = default;
};

// What a server of a world speaks.
struct WorldTls {
  std::vector<std::string> versions{"TLSv1.2", "TLSv1.3"};  // none: every handshake fails
  std::vector<std::string> suites{};  // up to TLS 1.2, in OpenSSL's words; none: whatever it has
  auto operator<=>(const WorldTls&) const = default;
};

struct WorldSmtp {
  std::string banner{};  // empty: a usual one that names the host
  std::vector<std::string> ehlo{"PIPELINING", "8BITMIME", "STARTTLS"};
  std::string starttls = "220 2.0.0 Ready to start TLS";
  WorldTls tls{};
  std::string misbehaviour{};  // one of smtp_misbehaviours(); empty: none
  Milliseconds delay{0};       // before the banner
  CertificateRecipe certificate{};
  bool operator==(const WorldSmtp&) const = default;
};

struct WorldHttps {
  int status = 200;
  std::string content_type = "text/plain";
  std::string body{};
  std::string location{};  // of a redirect
  WorldTls tls{};
  std::string misbehaviour{};  // one of https_misbehaviours(); empty: none
  Milliseconds delay{0};       // before the answer
  CertificateRecipe certificate{};
  bool operator==(const WorldHttps&) const = default;
};

struct World;

// The whole world as it is from that moment on.
struct WorldStage {
  Milliseconds after{0};
  std::shared_ptr<const World> world{};
};

struct World {
  std::optional<Time> now{};                  // a fixed clock; the reader's own when empty
  std::map<Name, WorldName> dns{};            // "*.x" is a wildcard
  std::map<std::string, WorldSmtp> smtp{};    // by host name or by address, in canonical text
  std::map<std::string, WorldHttps> https{};  // likewise
  std::vector<WorldStage> stages{};           // what [[event]] tables make of it, by time

  // Made by index_world(): every name that exists, also as an empty non-terminal, and the hosts
  // with a server, by the addresses that their names lead to.
  std::set<Name> existing{};
  std::map<Address, std::vector<Name>> holders{};

  // The world as it is that long after the start.
  const World& at(Milliseconds elapsed) const;
};

// To be called after a change of `dns`, `smtp` or `https`.
void index_world(World& world);

// Who answers at an address, and under which name it is listed: the entry of the address, else of
// the host, else of any host that leads to the address.
template <class Server>
struct Listed {
  const Server* server = nullptr;  // null: nobody, the connection is refused
  std::optional<Name> host{};      // empty when listed by address
};
Listed<WorldSmtp> find_smtp(const World& world, const std::optional<Name>& host,
                            const Address& address);
Listed<WorldHttps> find_https(const World& world, const std::optional<Name>& host,
                              const Address& address);

const std::vector<std::string>& smtp_misbehaviours();
const std::vector<std::string>& https_misbehaviours();

}  // namespace mailfleet

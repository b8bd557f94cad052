// Ed25519 signatures over the exact bytes of an edition (RFC 8032), in two dresses: a minisign file
// (algorithm "Ed", not prehashed: its raw signature also verifies with openssl) and a compact JWS
// (RFC 7515, RFC 8037). Keys are PKCS#8 PEM files; a key's id is the start of SHA-256 of the public
// key, so that it need not be stored.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

struct PublicKey {
  std::string octets{};          // 32
  std::string id() const;        // 8 octets, as minisign writes them
  std::string id_text() const;   // hex, lower case
  std::string minisign() const;  // "RW…"

  static std::optional<PublicKey> from_octets(std::string_view octets);
  // The "RW…" text, or a minisign public key file with its comment line.
  static std::optional<PublicKey> from_minisign(std::string_view text);
  bool operator==(const PublicKey&) const = default;
};

class SigningKey {
 public:
  static SigningKey generate();
  // Throws std::runtime_error with one clear line: unreadable, not Ed25519, or open to others (any
  // permission for group or others is refused).
  static SigningKey read_file(const std::string& path);
  // Writes PATH (mode 0600, refuses to overwrite) and PATH.pub (minisign). Throws like read_file.
  void write_files(const std::string& path) const;

  const PublicKey& public_key() const { return public_key_; }
  std::string sign(std::string_view message) const;  // 64 octets

 private:
  struct Handle;
  explicit SigningKey(std::shared_ptr<const Handle> handle);
  std::shared_ptr<const Handle> handle_;
  PublicKey public_key_;
};

bool verifies(const PublicKey& key, std::string_view message, std::string_view signature);

// The four lines of a minisign signature file. `trusted_comment` is signed too, and must be one
// line.
std::string minisign_text(const SigningKey& key, std::string_view message,
                          std::string_view trusted_comment);

struct MinisignFile {
  std::string key_id{};     // 8 octets
  std::string signature{};  // 64 octets
  std::string trusted_comment{};
  std::string global_signature{};
};
std::optional<MinisignFile> parse_minisign(std::string_view text);
// Both signatures of the file: over the message, and over the trusted comment.
bool verifies(const PublicKey& key, std::string_view message, const MinisignFile& file);

std::string jws_text(const SigningKey& key, std::string_view payload);
// The payload when the signature is good; the header must say EdDSA and nothing critical.
std::optional<std::string> jws_payload(const PublicKey& key, std::string_view jws);

}  // namespace mailfleet

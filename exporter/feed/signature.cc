#include "exporter/feed/signature.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "exporter/feed/encoding.h"

namespace mailfleet {
namespace {

constexpr std::string_view algorithm = "Ed";
constexpr size_t key_octets = 32;
constexpr size_t signature_octets = 64;
constexpr size_t id_octets = 8;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using File = std::unique_ptr<FILE, int (*)(FILE*)>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::runtime_error trouble(const std::string& path, const std::string& what) {
  return std::runtime_error(path + ": " + what);
}

// Lines without their ends; the last may lack one.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
  }
  if (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

void write_new_file(const std::string& path, std::string_view text, mode_t mode) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0)
    throw trouble(path, std::string("cannot be created: ") + std::strerror(errno));
  const File file(::fdopen(descriptor, "w"), &std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0 || ::fsync(descriptor) != 0)
    throw trouble(path, std::string("cannot be written: ") + std::strerror(errno));
}

}  // namespace

struct SigningKey::Handle {
  Key key{nullptr, &EVP_PKEY_free};
};

std::string PublicKey::id() const { return from_hex(sha256_hex(octets))->substr(0, id_octets); }
std::string PublicKey::id_text() const { return hex(id()); }
std::string PublicKey::minisign() const { return base64(std::string(algorithm) + id() + octets); }

std::optional<PublicKey> PublicKey::from_octets(std::string_view octets) {
  if (octets.size() != key_octets) return {};
  return PublicKey{std::string(octets)};
}

std::optional<PublicKey> PublicKey::from_minisign(std::string_view text) {
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("untrusted comment:") || line.empty()) continue;
    const auto raw = from_base64(trim(line));
    if (!raw || raw->size() != algorithm.size() + id_octets + key_octets ||
        !raw->starts_with(algorithm))
      return {};
    return from_octets(std::string_view(*raw).substr(algorithm.size() + id_octets));
  }
  return {};
}

SigningKey::SigningKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  std::array<unsigned char, key_octets> raw{};
  size_t length = raw.size();
  if (EVP_PKEY_get_raw_public_key(handle_->key.get(), raw.data(), &length) != 1)
    throw std::runtime_error("the key is not an Ed25519 key");
  public_key_.octets.assign(reinterpret_cast<const char*>(raw.data()), length);
}

SigningKey SigningKey::generate() {
  auto handle = std::make_shared<Handle>();
  handle->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!handle->key) throw std::runtime_error("OpenSSL could not make an Ed25519 key");
  return SigningKey(std::move(handle));
}

SigningKey SigningKey::read_file(const std::string& path) {
  const File file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file) throw trouble(path, std::string("cannot be read: ") + std::strerror(errno));
  struct stat status {};
  if (::fstat(fileno(file.get()), &status) != 0) throw trouble(path, "cannot be examined");
  if ((status.st_mode & 077) != 0)
    throw trouble(path, "is open to others; a signing key must be mode 0600 (chmod 600)");
  auto handle = std::make_shared<Handle>();
  handle->key.reset(PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  if (!handle->key || EVP_PKEY_get_id(handle->key.get()) != EVP_PKEY_ED25519)
    throw trouble(
        path, "is not an Ed25519 private key in PEM; make one with: mailfleet feed keygen FILE");
  return SigningKey(std::move(handle));
}

void SigningKey::write_files(const std::string& path) const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  if (!memory || PEM_write_bio_PKCS8PrivateKey(memory.get(), handle_->key.get(), nullptr, nullptr,
                                               0, nullptr, nullptr) != 1)
    throw trouble(path, "OpenSSL could not write the key");
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &data);
  write_new_file(path, {data, static_cast<size_t>(length)}, 0600);
  write_new_file(path + ".pub",
                 "untrusted comment: mailfleet public key " + public_key_.id_text() + "\n" +
                     public_key_.minisign() + "\n",
                 0644);
}

std::string SigningKey::sign(std::string_view message) const {
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::array<unsigned char, signature_octets> out{};
  size_t length = out.size();
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), out.data(), &length, bytes(message), message.size()) != 1)
    throw std::runtime_error("OpenSSL could not sign");
  return {reinterpret_cast<const char*>(out.data()), length};
}

bool verifies(const PublicKey& key, std::string_view message, std::string_view signature) {
  if (signature.size() != signature_octets || key.octets.size() != key_octets) return false;
  const Key handle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(key.octets), key_octets),
      &EVP_PKEY_free);
  const DigestContext context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return handle && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(message),
                          message.size()) == 1;
}

std::string minisign_text(const SigningKey& key, std::string_view message,
                          std::string_view trusted_comment) {
  const std::string signature = key.sign(message);
  const std::string comment(trusted_comment);
  return "untrusted comment: mailfleet signature, key " + key.public_key().id_text() + "\n" +
         base64(std::string(algorithm) + key.public_key().id() + signature) + "\n" +
         "trusted comment: " + comment + "\n" + base64(key.sign(signature + comment)) + "\n";
}

std::optional<MinisignFile> parse_minisign(std::string_view text) {
  constexpr std::string_view trusted = "trusted comment: ";
  const auto lines = lines_of(text);
  if (lines.size() != 4 || !lines[0].starts_with("untrusted comment:") ||
      !lines[2].starts_with(trusted))
    return {};
  const auto raw = from_base64(lines[1]);
  const auto global = from_base64(lines[3]);
  if (!raw || raw->size() != algorithm.size() + id_octets + signature_octets ||
      !raw->starts_with(algorithm) || !global || global->size() != signature_octets)
    return {};
  return MinisignFile{.key_id = raw->substr(algorithm.size(), id_octets),
                      .signature = raw->substr(algorithm.size() + id_octets),
                      .trusted_comment = std::string(lines[2].substr(trusted.size())),
                      .global_signature = *global};
}

bool verifies(const PublicKey& key, std::string_view message, const MinisignFile& file) {
  return file.key_id == key.id() && verifies(key, message, file.signature) &&
         verifies(key, file.signature + file.trusted_comment, file.global_signature);
}

std::string jws_text(const SigningKey& key, std::string_view payload) {
  const std::string header =
      to_json(Value::object({{"alg", "EdDSA"}, {"kid", key.public_key().id_text()}}));
  std::string out = base64url(payload);
  out.insert(0, base64url(header) + ".");
  const std::string signature = base64url(key.sign(out));
  return std::move((out += '.') += signature);
}

std::optional<std::string> jws_payload(const PublicKey& key, std::string_view jws) {
  while (jws.ends_with('\n') || jws.ends_with('\r')) jws.remove_suffix(1);
  const auto parts = split(jws, '.');
  if (parts.size() != 3) return {};
  const std::string expected = to_json(Value::object({{"alg", "EdDSA"}, {"kid", key.id_text()}}));
  const auto header = from_base64url(parts[0]);
  const auto payload = from_base64url(parts[1]);
  const auto signature = from_base64url(parts[2]);
  // We only read what we write: any other header is somebody else's JWS.
  if (!header || *header != expected || !payload || !signature) return {};
  if (!verifies(key, jws.substr(0, parts[0].size() + 1 + parts[1].size()), *signature)) return {};
  return payload;
}

}  // namespace mailfleet

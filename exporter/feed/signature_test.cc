#include "exporter/feed/signature.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "exporter/feed/encoding.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

struct Scratch {
  fs::path path = fs::temp_directory_path() / ("mailfleet-signature-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("encoding: RFC 4648 examples both ways, nothing loose accepted") {
  const char* const rows[][2] = {{"", ""},
                                 {"f", "Zg=="},
                                 {"fo", "Zm8="},
                                 {"foo", "Zm9v"},
                                 {"foob", "Zm9vYg=="},
                                 {"fooba", "Zm9vYmE="},
                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : rows) {
    CHECK(base64(plain) == coded);
    CHECK(from_base64(coded) == std::string(plain));
  }
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Z===", "Zm 9v", "Zm9v\n", "Zg==Zg=="})
    CHECK_MESSAGE(!from_base64(bad), bad);
  CHECK(base64url("\xff\xfe") == "__4");
  CHECK(from_base64url("__4") == std::string("\xff\xfe"));
  CHECK(from_hex(hex("\x01\xff")) == std::string("\x01\xff"));
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("signature: minisign text, and each flipped byte is refused") {
  const SigningKey key = SigningKey::generate();
  const std::string body = "{\"serial\":1}";
  const std::string text = minisign_text(key, body, "serial:1 file:x");
  const auto file = parse_minisign(text);
  REQUIRE(file);
  CHECK(verifies(key.public_key(), body, *file));
  CHECK(!verifies(SigningKey::generate().public_key(), body, *file));
  for (size_t i = 0; i < body.size(); ++i) {
    std::string flipped = body;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    CHECK(!verifies(key.public_key(), flipped, *file));
  }
  const size_t signed_part = text.find('\n') + 1;
  for (size_t i = signed_part; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    const auto parsed = parse_minisign(flipped);
    CHECK_MESSAGE((!parsed || !verifies(key.public_key(), body, *parsed)), i);
  }
}

TEST_CASE("signature: public keys as text") {
  const PublicKey key = SigningKey::generate().public_key();
  CHECK(key.minisign().starts_with("RW"));
  CHECK(PublicKey::from_minisign(key.minisign()) == key);
  CHECK(PublicKey::from_minisign("untrusted comment: x\n" + key.minisign() + "\n") == key);
  CHECK(!PublicKey::from_minisign("RWabc"));
  CHECK(!PublicKey::from_minisign(""));
  CHECK(!PublicKey::from_octets("short"));
}

TEST_CASE("signature: JWS") {
  const SigningKey key = SigningKey::generate();
  const std::string jws = jws_text(key, "body");
  CHECK(jws_payload(key.public_key(), jws) == "body");
  CHECK(!jws_payload(SigningKey::generate().public_key(), jws));
  std::string other = jws;
  other[other.size() / 2] = other[other.size() / 2] == 'A' ? 'B' : 'A';
  CHECK(!jws_payload(key.public_key(), other));
  CHECK(!jws_payload(key.public_key(),
                     base64url("{\"alg\":\"none\"}") + "." + base64url("body") + "."));
}

TEST_CASE("signature: key files keep to themselves") {
  const Scratch scratch;
  const std::string path = scratch.path / "key";
  const SigningKey key = SigningKey::generate();
  key.write_files(path);
  CHECK(SigningKey::read_file(path).public_key() == key.public_key());
  CHECK_THROWS_WITH(key.write_files(path), (path + ": cannot be created: File exists").c_str());
  ::chmod(path.c_str(), 0640);
  CHECK_THROWS_WITH(
      SigningKey::read_file(path),
      (path + ": is open to others; a signing key must be mode 0600 (chmod 600)").c_str());
  std::ofstream(scratch.path / "junk") << "junk";
  ::chmod((scratch.path / "junk").c_str(), 0600);
  CHECK_THROWS(SigningKey::read_file(scratch.path / "junk"));
  CHECK_THROWS(SigningKey::read_file(scratch.path / "missing"));
}

#include "monitor/probe/tls_hello.h"

#include "checks/base/address.h"

namespace mailfleet {
namespace {

constexpr uint8_t alert_record = 21;
constexpr uint8_t handshake_record = 22;
constexpr uint8_t server_hello = 2;

// SSLv2: a record begins with its length and the highest bit set, then the message.
constexpr uint8_t ssl2_long_header = 0x80;
constexpr uint8_t ssl2_error = 0;
constexpr uint8_t ssl2_server_hello = 4;
// RC4, RC4 export, RC2, RC2 export, IDEA, DES, 3DES, each with MD5.
constexpr std::string_view ssl2_ciphers(
    "\x01\x00\x80\x02\x00\x80\x03\x00\x80\x04\x00\x80\x05\x00\x80\x06\x00\x40\x07\x00\xc0", 21);

void put(std::string& out, size_t value, int octets) {
  for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>((value >> shift) & 0xff);
}

// Length first, then the bytes.
void put_block(std::string& out, std::string_view bytes, int octets) {
  put(out, bytes.size(), octets);
  out += bytes;
}

void put_extension(std::string& out, size_t type, std::string_view body) {
  put(out, type, 2);
  put_block(out, body, 2);
}

std::string numbers(std::initializer_list<size_t> values) {
  std::string list;
  for (const size_t value : values) put(list, value, 2);
  std::string out;
  put_block(out, list, 2);
  return out;
}

std::string server_name(const Name& host) {
  std::string entry(1, '\0');  // host_name, RFC 6066 §3
  put_block(entry, host.text(), 2);
  std::string out;
  put_block(out, entry, 2);
  return out;
}

std::string extensions(const Name& host) {
  std::string out;
  if (!Address::parse(host.text())) put_extension(out, 0, server_name(host));
  put_extension(out, 10, numbers({0x001d, 0x0017, 0x0018, 0x0019}));  // x25519 and the P curves
  put_extension(out, 11, std::string_view("\x01\x00", 2));            // uncompressed points
  put_extension(out, 13,
                numbers({0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601,
                         0x0203, 0x0201}));
  put_extension(out, 0xff01, std::string_view("\x00", 1));  // RFC 5746
  return out;
}

size_t number_at(std::string_view bytes, size_t at, size_t octets) {
  size_t value = 0;
  for (size_t i = 0; i < octets; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

HelloReply alert_of(std::string_view fragment) {
  if (fragment.size() < 2) return {};
  const int alert = static_cast<uint8_t>(fragment[1]);
  // handshake_failure, illegal_parameter, protocol_version, insufficient_security.
  const bool about_offer = alert == 40 || alert == 47 || alert == 70 || alert == 71;
  return {.kind = about_offer ? HelloReply::Kind::refused : HelloReply::Kind::unclear,
          .alert = alert};
}

// type 1, length 3, version 2, random 32, session id 1 + n, suite 2
HelloReply chosen_of(std::string_view fragment) {
  if (fragment.empty()) return {};
  if (static_cast<uint8_t>(fragment[0]) != server_hello) return {.kind = HelloReply::Kind::unclear};
  if (fragment.size() < 39) return {};
  const size_t session = number_at(fragment, 38, 1);
  if (session > 32) return {.kind = HelloReply::Kind::unclear};
  if (fragment.size() < 41 + session) return {};
  return {.kind = HelloReply::Kind::chosen,
          .version = static_cast<uint16_t>(number_at(fragment, 4, 2)),
          .suite = static_cast<uint16_t>(number_at(fragment, 39 + session, 2))};
}

// length 2, type 1; of a SERVER-HELLO: session hit 1, kind of certificate 1, version 2
HelloReply ssl2_reply_of(std::string_view bytes) {
  if (bytes.size() < 3) return {};
  const auto message = static_cast<uint8_t>(bytes[2]);
  if (message == ssl2_error) return {.kind = HelloReply::Kind::refused};
  if (message != ssl2_server_hello) return {.kind = HelloReply::Kind::unclear};
  if (bytes.size() < 7) return {};
  const auto version = static_cast<uint16_t>(number_at(bytes, 5, 2));
  const bool spoken = version == static_cast<uint16_t>(HelloVersion::ssl2);
  return {.kind = spoken ? HelloReply::Kind::chosen : HelloReply::Kind::unclear,
          .version = version};
}

}  // namespace

std::string ssl2_client_hello() {
  constexpr size_t challenge_octets = 16;
  std::string message(1, '\x01');
  put(message, static_cast<size_t>(HelloVersion::ssl2), 2);
  put(message, ssl2_ciphers.size(), 2);
  put(message, 0, 2);  // no session to resume
  put(message, challenge_octets, 2);
  message += ssl2_ciphers;
  message.append(challenge_octets, '\x5a');
  std::string record;
  put(record, message.size() | ssl2_long_header << 8, 2);
  return record + message;
}

std::string client_hello(HelloVersion version, const Name& host, std::span<const uint16_t> suites) {
  std::string body;
  put(body, static_cast<size_t>(version), 2);
  body.append(32, '\x5a');  // nothing here is kept secret, so the random need not be random
  body += '\0';             // no session to resume
  std::string list;
  for (const uint16_t suite : suites) put(list, suite, 2);
  put_block(body, list, 2);
  body += std::string_view("\x01\x00", 2);  // no compression
  if (version != HelloVersion::ssl3) put_block(body, extensions(host), 2);
  std::string message(1, '\x01');
  put_block(message, body, 3);
  std::string record(1, static_cast<char>(handshake_record));
  // RFC 5246 E.1: the record says TLS 1.0 so that the oldest servers read on.
  put(record, version == HelloVersion::ssl3 ? 0x0300 : 0x0301, 2);
  put_block(record, message, 2);
  return record;
}

HelloReply read_hello_reply(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto type = static_cast<uint8_t>(bytes[0]);
  if (type & ssl2_long_header) return ssl2_reply_of(bytes);
  if (type != alert_record && type != handshake_record) return {.kind = HelloReply::Kind::unclear};
  if (bytes.size() < 5) return {};
  if (bytes[1] != 3) return {.kind = HelloReply::Kind::unclear};
  const size_t length = number_at(bytes, 3, 2);
  const std::string_view fragment = bytes.substr(5, length);
  HelloReply reply = type == alert_record ? alert_of(fragment) : chosen_of(fragment);
  // The record is all there, or as much as we ever hold, and still says too little.
  if (reply.kind == HelloReply::Kind::more &&
      (fragment.size() == length || bytes.size() >= max_hello_reply_bytes))
    reply.kind = HelloReply::Kind::unclear;
  return reply;
}

}  // namespace mailfleet

// The first bytes that answer a bare ClientHello, in any number of pieces.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "monitor/probe/tls_hello.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Once decided, more bytes change nothing.
  HelloReply decided;
  for (size_t length = 0; length <= size && length <= max_hello_reply_bytes; ++length) {
    const HelloReply reply = read_hello_reply(bytes.substr(0, length));
    if (decided.kind != HelloReply::Kind::more && reply.kind != decided.kind) std::abort();
    decided = reply;
  }
  if (size >= max_hello_reply_bytes && decided.kind == HelloReply::Kind::more) std::abort();
  return 0;
}

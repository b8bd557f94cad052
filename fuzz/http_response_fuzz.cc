// What a policy host may answer, in pieces as it likes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "monitor/probe/http_response.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  HttpResponse response;
  auto state = HttpResponse::State::more;
  for (size_t at = 0; at < size && state == HttpResponse::State::more;) {
    const size_t length = std::min<size_t>(1 + data[at] % 128, size - at);
    state = response.feed({reinterpret_cast<const char*>(data) + at, length});
    at += length;
  }
  if (state == HttpResponse::State::more) state = response.end();
  if (state == HttpResponse::State::more) std::abort();  // the end must settle it
  if (state == HttpResponse::State::done && response.take_body().size() > 64UL * 1024) std::abort();
  return 0;
}

#include "monitor/store/packed.h"

#include <zlib.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace mailfleet {
namespace {

constexpr char plain = 'p';
constexpr char deflated = 'z';
// Below, the time costs more than the room: each look writes a text of some hundred octets, and the
// start reads them all.
constexpr size_t least_worth_deflating = 1024;

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

std::optional<std::string> inflated(std::string_view from) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  const std::unique_ptr<z_stream, EndInflate> end(&stream);
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));  // zlib's old signature
  stream.avail_in = static_cast<uInt>(from.size());
  std::string out;
  std::array<char, 16384> chunk{};
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
    if (out.size() > max_unpacked_bytes) return {};
    if (status == Z_STREAM_END)
      return stream.avail_in == 0 ? std::optional(std::move(out)) : std::nullopt;
    if (status != Z_OK) return {};
  }
}

}  // namespace

std::string pack(std::string_view text) {
  if (text.size() > max_unpacked_bytes) throw std::length_error("too large for the store");
  std::string out(1, plain);
  if (text.size() >= least_worth_deflating) {
    uLongf size = compressBound(static_cast<uLong>(text.size()));
    std::string small(size, '\0');
    if (compress2(reinterpret_cast<Bytef*>(small.data()), &size,
                  reinterpret_cast<const Bytef*>(text.data()), static_cast<uLong>(text.size()),
                  Z_DEFAULT_COMPRESSION) == Z_OK &&
        size < text.size()) {
      out[0] = deflated;
      return out.append(small, 0, size);
    }
  }
  return out.append(text);
}

std::optional<std::string> unpack(std::string_view packed) {
  if (packed.empty() || packed.size() > max_unpacked_bytes + 1) return {};
  if (packed[0] == plain) return std::string(packed.substr(1));
  return packed[0] == deflated ? inflated(packed.substr(1)) : std::nullopt;
}

}  // namespace mailfleet

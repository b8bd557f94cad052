#include "exporter/http/gzip.h"

#include <zlib.h>

#include <memory>
#include <stdexcept>

namespace mailfleet {
namespace {

constexpr std::string_view header("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);  // no name, no time, Unix

unsigned long crc_of(std::string_view text) {
  return crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size());
}

// Raw deflate. Z_FULL_FLUSH ends at an octet with no memory of what came before, so that streams
// may follow each other; Z_FINISH ends the last one.
std::string deflate_of(std::string_view text, int flush) {
  z_stream stream{};
  constexpr int raw_window = -15;
  if (deflateInit2(&stream, 5, Z_DEFLATED, raw_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib: no memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, deflateEnd);
  // A flush adds an empty block beyond what deflateBound promises for a finished stream.
  std::string out(deflateBound(&stream, text.size()) + 16, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, flush);
  if (result != (flush == Z_FINISH ? Z_STREAM_END : Z_OK) || stream.avail_in != 0)
    throw std::runtime_error("zlib: could not compress");
  out.resize(stream.total_out);
  return out;
}

void append_little_endian(std::string& out, unsigned long value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>((value >> (8 * i)) & 0xff);
}

}  // namespace

std::string gzip_of(std::string_view text) { return GzipFront().followed_by(text); }

GzipFront::GzipFront(std::string_view front)
    : deflated_(deflate_of(front, Z_FULL_FLUSH)), crc_(crc_of(front)), size_(front.size()) {}

std::string GzipFront::followed_by(std::string_view tail) const {
  std::string out(header);
  out += deflated_;
  out += deflate_of(tail, Z_FINISH);
  append_little_endian(out, crc32_combine(crc_, crc_of(tail), static_cast<z_off_t>(tail.size())));
  append_little_endian(out, size_ + tail.size());
  return out;
}

}  // namespace mailfleet

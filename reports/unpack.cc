#include "reports/unpack.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "reports/limits.h"
#include "reports/refuse.h"

namespace mailfleet::reports {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib: with the header and the checksum of RFC 1952
constexpr int raw_window = -15;       // zlib: deflate alone, as in a ZIP archive

struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

void must_be_bounded(size_t from, size_t to) {
  if (to > max_document_bytes) refuse("unpacks to more than a report has");
  if (to > unpack_ratio_from && to / max_unpack_ratio > from)
    refuse("unpacks to more than " + std::to_string(max_unpack_ratio) + " times its size");
}

// Appends what one stream holds; returns how many octets of `from` it took.
size_t inflate_one(std::string_view from, int window, std::string& out) {
  z_stream stream{};
  if (inflateInit2(&stream, window) != Z_OK) refuse("cannot be unpacked: no memory");
  const std::unique_ptr<z_stream, EndInflate> end(&stream);
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));  // zlib's old signature
  stream.avail_in = static_cast<uInt>(from.size());
  std::array<char, 16384> chunk{};
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
    must_be_bounded(from.size(), out.size());
    if (status == Z_STREAM_END) return from.size() - stream.avail_in;
    if (status == Z_BUF_ERROR) refuse("is cut off");
    if (status != Z_OK) refuse("is damaged");
  }
}

// Numbers of a ZIP archive are little-endian.
class Octets {
 public:
  explicit Octets(std::string_view all) : all_(all) {}

  std::string_view at(size_t from, size_t length) const {
    if (from > all_.size() || length > all_.size() - from)
      refuse("is damaged: an entry is cut off");
    return all_.substr(from, length);
  }
  uint32_t number(size_t from, size_t length) const {
    uint32_t out = 0;
    const std::string_view octets = at(from, length);
    for (size_t i = length; i-- > 0;) out = out << 8 | static_cast<unsigned char>(octets[i]);
    return out;
  }

 private:
  std::string_view all_;
};

struct Entry {
  uint32_t flags = 0;
  uint32_t method = 0;
  uint32_t checksum = 0;
  uint32_t packed_size = 0;
  uint32_t header_at = 0;
  bool folder = false;
};

constexpr std::string_view local_mark("PK\3\4", 4);
constexpr std::string_view central_mark("PK\1\2", 4);
constexpr std::string_view end_mark("PK\5\6", 4);
constexpr size_t local_size = 30;
constexpr size_t central_size = 46;
constexpr size_t end_size = 22;

// Of the central directory, which is what other readers go by.
std::vector<Entry> entries_of(std::string_view octets) {
  const size_t end = octets.rfind(end_mark);
  if (end == octets.npos) refuse("is damaged: the ZIP archive has no end");
  const Octets zip(octets);
  zip.at(end, end_size);
  const size_t entries = zip.number(end + 10, 2);
  if (entries > max_zip_entries)
    refuse("holds " + std::to_string(entries) + " files; a report is one");
  std::vector<Entry> out;
  size_t at = zip.number(end + 16, 4);
  for (size_t i = 0; i < entries; ++i) {
    if (zip.at(at, central_mark.size()) != central_mark)
      refuse("is damaged: no entry where one should be");
    const size_t name_length = zip.number(at + 28, 2);
    const std::string_view name = zip.at(at + central_size, name_length);
    out.push_back({.flags = zip.number(at + 8, 2),
                   .method = zip.number(at + 10, 2),
                   .checksum = zip.number(at + 16, 4),
                   .packed_size = zip.number(at + 20, 4),
                   .header_at = zip.number(at + 42, 4),
                   .folder = name.ends_with('/')});
    at += central_size + name_length + zip.number(at + 30, 2) + zip.number(at + 32, 2);
  }
  std::erase_if(out, [](const Entry& each) { return each.folder; });
  return out;
}

std::string content_of(const Entry& entry, std::string_view octets) {
  constexpr uint32_t encrypted = 1;
  constexpr uint32_t stored = 0;
  constexpr uint32_t deflated = 8;
  if ((entry.flags & encrypted) != 0) refuse("is encrypted");
  if (entry.method != stored && entry.method != deflated)
    refuse("is packed by a method that reports do not use (" + std::to_string(entry.method) + ")");
  const Octets zip(octets);
  if (zip.at(entry.header_at, local_mark.size()) != local_mark)
    refuse("is damaged: no file where one should be");
  const size_t begin = size_t{entry.header_at} + local_size + zip.number(entry.header_at + 26, 2) +
                       zip.number(entry.header_at + 28, 2);
  const std::string_view packed = zip.at(begin, entry.packed_size);
  std::string out;
  if (entry.method == stored)
    out = packed;
  else if (inflate_one(packed, raw_window, out) != packed.size())
    refuse("is damaged: octets after the end");
  must_be_bounded(octets.size(), out.size());
  const uLong checksum = crc32_z(0, reinterpret_cast<const Bytef*>(out.data()), out.size());
  if (checksum != entry.checksum) refuse("is damaged: wrong checksum");
  return out;
}

void must_be_small(std::string_view octets) {
  if (octets.size() > max_file_bytes) refuse("is too large for a report");
}

}  // namespace

bool is_gzip(std::string_view octets) { return octets.starts_with("\x1f\x8b"); }
bool is_zip(std::string_view octets) {
  return octets.starts_with(local_mark) || octets.starts_with(end_mark);
}

Read<std::string> unpack_gzip(std::string_view octets) {
  return or_refusal([&] {
    must_be_small(octets);
    std::string out;
    for (size_t at = 0; at < octets.size();)  // RFC 1952 §2.2: members one after the other
      at += inflate_one(octets.substr(at), gzip_window, out);
    return out;
  });
}

Read<std::string> unpack_zip(std::string_view octets) {
  return or_refusal([&] {
    must_be_small(octets);
    const std::vector<Entry> entries = entries_of(octets);
    if (entries.size() != 1)
      refuse("holds " + std::to_string(entries.size()) + " files; a report is one");
    return content_of(entries.front(), octets);
  });
}

}  // namespace mailfleet::reports

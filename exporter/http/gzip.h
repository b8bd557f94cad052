// gzip (RFC 1952), made once when a body is made, never while a request waits.
#pragma once

#include <string>
#include <string_view>

namespace mailfleet {

std::string gzip_of(std::string_view text);

// A large body that changes seldom, to be followed by a small one that changes always: the large
// part is compressed once, and what follows is joined to it into one gzip member.
class GzipFront {
 public:
  GzipFront() = default;
  explicit GzipFront(std::string_view front);
  std::string followed_by(std::string_view tail) const;

 private:
  std::string deflated_{};
  unsigned long crc_ = 0;
  size_t size_ = 0;
};

}  // namespace mailfleet

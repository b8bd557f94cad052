#include "monitor/probe/smtp_reply.h"

#include "monitor/probe/limits.h"

namespace mailfleet {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// RFC 5321 §4.2: a reply code begins with 2 to 5; some servers speak 1yz, and none is odd enough to
// reject for.
bool begins_with_code(std::string_view line) {
  return line.size() >= 3 && is_digit(line[0]) && is_digit(line[1]) && is_digit(line[2]) &&
         line[0] >= '1' && line[0] <= '5';
}

std::string kept(std::string_view text) {
  return std::string(text.substr(0, limits::smtp_line_kept));
}

}  // namespace

std::string SmtpReply::text() const {
  const std::string number = std::to_string(code);
  return lines.empty() || lines.front().empty() ? number : number + " " + lines.front();
}

SmtpReplyReader::State SmtpReplyReader::feed(std::string_view bytes) {
  // Look for a line's end in the new bytes only: a greeting may come one byte at a time.
  size_t searched = buffer_.size();
  buffer_ += bytes;
  for (;;) {
    const size_t end = buffer_.find('\n', searched);
    if (end == std::string::npos) {
      if (bytes_ + buffer_.size() <= limits::smtp_reply_bytes) return State::more;
      offending_ = kept(buffer_);
      return State::too_long;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    searched = 0;
    bytes_ += end + 1;
    if (line.ends_with('\r')) line.pop_back();
    const State state = on_line(line);
    if (state != State::more) return state;
  }
}

SmtpReplyReader::State SmtpReplyReader::on_line(std::string_view line) {
  if (!begins_with_code(line)) {
    offending_ = kept(line);
    return State::malformed;
  }
  if (++line_count_ > limits::smtp_reply_lines || bytes_ > limits::smtp_reply_bytes) {
    offending_ = kept(line);
    return State::too_long;
  }
  reply_.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  const bool goes_on = line.size() > 3 && line[3] == '-';
  reply_.lines.push_back(kept(line.substr(line.size() > 3 ? 4 : 3)));
  return goes_on ? State::more : State::ready;
}

SmtpReply SmtpReplyReader::take() {
  SmtpReply taken = std::move(reply_);
  reply_ = {};
  bytes_ = 0;
  line_count_ = 0;
  return taken;
}

}  // namespace mailfleet

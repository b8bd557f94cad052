#include "exporter/gateways/powershell.h"

#include <algorithm>

namespace mailfleet {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_printable(char c) { return c >= ' ' && c <= '~'; }

class Reader {
 public:
  explicit Reader(std::string_view script) : text_(script) {}

  // Empty when the script is whole.
  std::string read() {
    while (fault_.empty() && at_ < text_.size()) step();
    if (fault_.empty() && !open_.empty()) fault("a bracket \"" + open_ + "\" is never closed");
    return std::move(fault_);
  }
  std::vector<PowerShellToken> take() { return std::move(tokens_); }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '\n') ++line_;
    if (c == ' ' || c == '\n' || c == '\r')
      ++at_;
    else if (c == '#')
      comment();
    else if (c == '\'')
      literal();
    else if (c == '$')
      variable();
    else if (is_letter(c))
      word(at_);
    else if (c == '-' && at_ + 1 < text_.size() && is_letter(text_[at_ + 1]))
      word(at_ + 1);
    else
      mark(c);
  }

  void comment() {
    if (at_ + 1 < text_.size() && text_[at_ + 1] == '>') return fault("a stray end of a comment");
    while (at_ < text_.size() && text_[at_] != '\n') {
      if (!is_printable(text_[at_])) return fault("a comment holds other than printable ASCII");
      ++at_;
    }
  }

  void literal() {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      const bool quote = text_[at_] == '\'';
      if (quote && (at_ + 1 == text_.size() || text_[at_ + 1] != '\'')) {
        ++at_;
        return add(PowerShellKind::literal, std::move(value));
      }
      if (!is_printable(text_[at_])) return fault("a literal holds other than printable ASCII");
      if (quote) ++at_;
      value += text_[at_];
    }
    fault("a literal is never closed");
  }

  void variable() {
    const size_t from = ++at_;
    if (at_ < text_.size() && (text_[at_] == '(' || text_[at_] == '{'))
      return fault("an expansion, $( or ${");
    while (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == ':')) ++at_;
    if (at_ == from) return fault("a lone $");
    add(PowerShellKind::variable, std::string(text_.substr(from, at_ - from)));
  }

  void word(size_t first) {
    const size_t from = at_;
    at_ = first;
    while (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '-')) ++at_;
    add(PowerShellKind::word, std::string(text_.substr(from, at_ - from)));
  }

  void mark(char c) {
    constexpr std::string_view marks = "(){}[]@=,;|.+:*>";
    if (marks.find(c) == std::string_view::npos) return fault("a character of no use here");
    constexpr std::string_view opening = "({[";
    constexpr std::string_view closing = ")}]";
    if (opening.find(c) != std::string_view::npos) open_ += c;
    if (const size_t which = closing.find(c); which != std::string_view::npos) {
      if (open_.empty() || open_.back() != opening[which])
        return fault("a bracket without its pair");
      open_.pop_back();
    }
    ++at_;
    add(PowerShellKind::mark, std::string(1, c));
  }

  void add(PowerShellKind kind, std::string text) {
    tokens_.push_back({kind, std::move(text), line_});
  }
  void fault(const std::string& what) { fault_ = "line " + std::to_string(line_) + ": " + what; }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  std::string open_{};
  std::string fault_{};
  std::vector<PowerShellToken> tokens_{};
};

}  // namespace

std::variant<std::vector<PowerShellToken>, std::string> read_powershell(std::string_view script) {
  Reader reader(script);
  if (std::string fault = reader.read(); !fault.empty()) return fault;
  return reader.take();
}

std::optional<std::string> powershell_literal(std::string_view text) {
  if (!std::ranges::all_of(text, is_printable)) return {};
  std::string out = "'";
  for (const char c : text) (out += c == '\'' ? "'" : "") += c;
  return out + "'";
}

}  // namespace mailfleet

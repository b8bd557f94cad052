#include "exporter/pages/html.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr size_t bar_width = 600;

std::string opened_svg(std::string_view css, size_t width, size_t height, std::string_view text) {
  return "<svg class=\"" + std::string(css) + "\" role=\"img\" viewBox=\"0 0 " +
         std::to_string(width) + " " + std::to_string(height) +
         "\" preserveAspectRatio=\"none\" aria-label=\"" + html_escaped(text) + "\">";
}

std::string rect(size_t x, size_t width, size_t height, std::string_view tone) {
  return "<rect x=\"" + std::to_string(x) + "\" y=\"0\" width=\"" + std::to_string(width) +
         "\" height=\"" + std::to_string(height) + "\" class=\"" + std::string(tone) + "\"/>";
}

std::string label_of(std::string_view key) {
  std::string out(key);
  std::ranges::replace(out, '_', ' ');
  return html_escaped(for_display(out, 100));
}

std::string scalar_html(const Value& value, const Texts& texts) {
  if (value.is_null()) return "<em>" + html_escaped(texts.say("domain.not_known")) + "</em>";
  if (const auto truth = value.as_bool())
    return html_escaped(texts.say(*truth ? "domain.yes" : "domain.no"));
  if (const auto text = value.as_string())
    return "<code>" + html_escaped(for_display(*text, max_fact_characters)) + "</code>";
  return "<code>" + html_escaped(to_json(value)) + "</code>";
}

std::string list_html(const Value& list, const Texts& texts) {
  if (list.items().empty()) return html_escaped(texts.say("domain.nothing"));
  std::string out = "<ul>";
  size_t shown = 0;
  for (const Value& each : list.items()) {
    if (++shown > max_fact_items) return out + "<li>…</li></ul>";
    out += "<li>" + facts_html(each, texts) + "</li>";
  }
  return out + "</ul>";
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string tone_of(int level, size_t steps) {
  if (level < 0 || steps == 0) return "mf-tone-unknown";
  constexpr size_t tones = 5;
  const size_t above =
      steps > 1 ? static_cast<size_t>(level) * (tones - 1) / (steps - 1) : tones - 1;
  return "mf-tone-" + std::to_string(above + 1);
}

std::string bar_svg(const std::vector<BarPart>& parts, std::string_view text) {
  size_t total = 0;
  for (const BarPart& part : parts) total += part.count;
  std::string out = opened_svg("mf-bar", bar_width, 22, text);
  size_t counted = 0;
  for (const BarPart& part : parts) {
    if (part.count == 0) continue;
    const size_t from = counted * bar_width / total;
    counted += part.count;
    out += rect(from, std::max<size_t>(counted * bar_width / total - from, 1), 22, part.tone);
  }
  return out + "</svg>";
}

std::string strip_svg(const std::vector<std::string>& tones, std::string_view text) {
  std::string out = opened_svg("mf-strip", tones.size() * 16, 16, text);
  for (size_t i = 0; i < tones.size(); ++i) out += rect(i * 16, 16, 16, tones[i]);
  return out + "</svg>";
}

std::string facts_html(const Value& facts, const Texts& texts) {
  if (facts.is_list()) return list_html(facts, texts);
  if (!facts.is_object()) return scalar_html(facts, texts);
  if (facts.members().empty()) return html_escaped(texts.say("domain.nothing"));
  std::string out = "<dl class=\"mf-facts\">";
  for (const auto& [key, value] : facts.members())
    out += "<dt>" + label_of(key) + "</dt><dd>" + facts_html(value, texts) + "</dd>";
  return out + "</dl>";
}

}  // namespace mailfleet

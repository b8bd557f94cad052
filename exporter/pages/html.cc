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

std::string steps_svg(const std::vector<std::pair<Time, size_t>>& steps, size_t total, Time now,
                      std::string_view text) {
  constexpr int64_t width = 700;
  constexpr int64_t height = 120;
  if (steps.empty() || total == 0) return "";
  const Time from = steps.front().first - std::chrono::days(1);
  const int64_t length = std::max<int64_t>((now - from).count(), 1);
  const auto y = [&](size_t count) {
    return height - height * static_cast<int64_t>(count) / static_cast<int64_t>(total);
  };
  std::string points = "0," + std::to_string(height);
  int64_t last = height;
  for (const auto& [at, count] : steps) {
    const std::string x =
        std::to_string(std::clamp((at - from).count() * width / length, int64_t{0}, width));
    points += " " + x + "," + std::to_string(last);
    last = y(count);
    points += " " + x + "," + std::to_string(last);
  }
  points += " " + std::to_string(width) + "," + std::to_string(last) + " " + std::to_string(width) +
            "," + std::to_string(height);
  return opened_svg("mf-steps", width, height, text) + "<polygon points=\"" + points + "\"/></svg>";
}

std::string timeline_svg(const std::vector<TimelineRow>& rows, Time from, Time now,
                         std::string_view from_text, std::string_view now_text,
                         std::string_view text) {
  constexpr int64_t width = 960;
  constexpr int64_t names = 300;  // the column of names
  constexpr int64_t line = 22;
  const int64_t height = static_cast<int64_t>(rows.size()) * line + 24;
  const int64_t length = std::max<int64_t>((now - from).count(), 1);
  const auto x = [&](Time at) {
    return names +
           std::clamp((at - from).count() * (width - names) / length, int64_t{0}, width - names);
  };
  std::string out = "<svg class=\"mf-timeline\" role=\"img\" viewBox=\"0 0 " +
                    std::to_string(width) + " " + std::to_string(height) + "\" aria-label=\"" +
                    html_escaped(text) + "\">";
  int64_t top = 0;
  for (const TimelineRow& row : rows) {
    out += "<text x=\"0\" y=\"" + std::to_string(top + 15) + "\">" + html_escaped(row.name) +
           "</text>";
    for (size_t i = 0; i < row.spans.size(); ++i) {
      const int64_t begin = x(row.spans[i].from);
      const int64_t end = i + 1 < row.spans.size() ? x(row.spans[i + 1].from) : width;
      out += "<rect x=\"" + std::to_string(begin) + "\" y=\"" + std::to_string(top + 2) +
             "\" width=\"" + std::to_string(std::max<int64_t>(end - begin, 1)) + "\" height=\"" +
             std::to_string(line - 4) + "\" class=\"" + row.spans[i].tone + "\"/>";
    }
    top += line;
  }
  out += "<text x=\"" + std::to_string(names) + "\" y=\"" + std::to_string(top + 16) + "\">" +
         html_escaped(from_text) + "</text><text x=\"" + std::to_string(width) + "\" y=\"" +
         std::to_string(top + 16) + "\" text-anchor=\"end\">" + html_escaped(now_text) + "</text>";
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

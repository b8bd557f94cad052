#include "monitor/cli/manual.h"

#include <algorithm>
#include <cctype>

#include "checks/base/text.h"
#include "monitor/version.h"

namespace mailfleet {
namespace {

// One line of text: no request of roff's begins it, and hyphens stay what people type.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out = "\\&";
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : roff(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return '"' + out + '"';
}

std::string title(std::string_view name, int section, std::string_view about) {
  return ".TH " + quoted(name) + " " + std::to_string(section) + " \"\" " +
         quoted("mailfleet " + std::string(version())) + "\n.SH NAME\n" + roff(name) + " \\- " +
         roff(about) + "\n";
}

// Lines as they are: examples, steps.
std::string as_written(std::string_view text) {
  std::string out = ".PP\n.nf\n";
  for (const std::string_view line : split(text, '\n')) out += roff(line) + "\n";
  return out + ".fi\n";
}

std::string usage(const ManualCommand& command) {
  std::string out = "mailfleet " + command.name;
  for (const ManualOption& each : command.arguments) out += " " + each.spelling;
  return out + (command.options.empty() ? "" : " [OPTION…]");
}

std::string section_of(const ManualCommand& command) {
  std::string out = ".SS " + quoted(usage(command)) + "\n" + roff(command.help) + ".\n";
  for (const auto& list : {command.arguments, command.options})
    for (const ManualOption& each : list)
      out += ".TP\n.B " + quoted(each.spelling) + "\n" + roff(each.help) + "\n";
  return command.footer.empty() ? out : out + as_written(command.footer);
}

// What stands after "# ", or nothing when the line is not a comment.
std::string_view comment(std::string_view line) {
  if (line == "#") return "";
  return line.starts_with("# ") ? line.substr(2) : std::string_view();
}

bool is_key(std::string_view line) {
  const size_t end = line.find(" = ");
  return end != line.npos && end > 0 && std::ranges::all_of(line.substr(0, end), [](char c) {
           return std::islower(static_cast<unsigned char>(c)) || c == '_';
         });
}

// A run of lines without an empty one between them: a section's name, words, keys.
struct Block {
  std::string section{};
  std::string words{};
  std::vector<std::string> keys{};
};

Block read_block(const std::vector<std::string_view>& lines) {
  Block out;
  for (const std::string_view raw : lines) {
    const std::string_view line = raw.starts_with('#') ? comment(raw) : raw;
    if (line.starts_with('[') && line.ends_with(']'))
      out.section = line;
    else if (is_key(line))
      out.keys.emplace_back(line);
    else
      out.words += (out.words.empty() ? "" : " ") + std::string(line);
  }
  return out;
}

std::vector<Block> read_blocks(std::string_view text) {
  std::vector<Block> out;
  std::vector<std::string_view> lines;
  for (const std::string_view line : split(text, '\n')) {
    if (!line.empty()) {
      lines.push_back(line);
    } else if (!lines.empty()) {
      out.push_back(read_block(lines));
      lines.clear();
    }
  }
  if (!lines.empty()) out.push_back(read_block(lines));
  return out;
}

std::string text_of(const Block& block) {
  std::string out = block.section.empty() ? "" : ".SS " + quoted(block.section) + "\n";
  for (size_t i = 0; i < block.keys.size(); ++i)
    out += std::string(i == 0 ? ".TP\n" : ".TQ\n") + ".B " + quoted(block.keys[i]) + "\n";
  if (block.keys.empty() && block.section.empty()) out += ".PP\n";
  return out + (block.words.empty() ? "" : roff(block.words) + "\n");
}

constexpr std::string_view exit_status =
    ".SH \"EXIT STATUS\"\n"
    ".TP\n.B 0\nEverything was looked at, whatever was found.\n"
    ".TP\n.B 1\n.B \\-\\-fail\\-on\nfound something, or\n.B feed verify\nrefused.\n"
    ".TP\n.B 2\nThe command line or the configuration is wrong.\n"
    ".TP\n.B 3\nNothing could be learnt about some domain.\n";
constexpr std::string_view signals =
    ".SH SIGNALS\n"
    ".TP\n.B SIGHUP\n.B serve\nreads its configuration and the fleet lists again; what cannot be "
    "understood is refused and the old settings stay.\n"
    ".TP\n.B SIGTERM, SIGINT\nThe monitor ends; looks in flight are given up, what was seen is "
    "kept.\n";
constexpr std::string_view files =
    ".SH FILES\n"
    ".TP\n.I ./config.toml, /etc/mailfleet/config.toml\nThe configuration, see\n"
    ".BR mailfleet.toml (5).\n"
    ".TP\n.I /var/lib/mailfleet\nThe database, when the Debian package runs the monitor.\n"
    ".SH \"SEE ALSO\"\n.BR mailfleet.toml (5)\n";

}  // namespace

std::string command_page(std::string_view purpose, const std::vector<ManualCommand>& commands) {
  std::string out = title("mailfleet", 1, "watch the e-mail security of many domains");
  out += ".SH SYNOPSIS\n.B mailfleet\n.I COMMAND\n[\\fIOPTION\\fR…]\n";
  out += ".SH DESCRIPTION\n" + roff(purpose) +
         "\nThree answers are possible everywhere: good, bad, and unknown; what could not be seen "
         "never counts against a domain and never for it.\n.SH COMMANDS\n";
  for (const ManualCommand& command : commands) out += section_of(command);
  return out + std::string(exit_status) + std::string(signals) + std::string(files);
}

std::string config_page(std::string_view config_toml) {
  std::string out = title("mailfleet.toml", 5, "configuration of mailfleet");
  out += ".SH DESCRIPTION\n";
  for (const Block& block : read_blocks(config_toml)) out += text_of(block);
  return out +
         ".SH FILES\n.I ./config.toml, /etc/mailfleet/config.toml\n"
         ".SH \"SEE ALSO\"\n.BR mailfleet (1)\n";
}

}  // namespace mailfleet

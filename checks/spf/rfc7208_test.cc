// Every case of the public test suite for RFC 7208 (rfc7208_cases.txt) against check_host().
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "checks/base/text.h"
#include "checks/spf/sender.h"
#include "tests/roots.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

// "\x41" is an octet.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\\x")) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

constexpr std::pair<std::string_view, DnsType> types[] = {
    {"txt", DnsType::txt}, {"a", DnsType::a},     {"aaaa", DnsType::aaaa},
    {"mx", DnsType::mx},   {"ptr", DnsType::ptr},
};

// The little internet of one section, with CNAMEs followed.
class Internet {
 public:
  void add(const std::string& line) {
    std::istringstream words(line);
    std::string name, type, data;
    words >> name >> type;
    std::getline(words >> std::ws, data);
    if (type == "cname") {
      aliases_.emplace_back(name, data);
    } else if (type == "*") {
      silent_.push_back(name);
    } else {
      lines_.push_back({name, type, data});
    }
  }

  Table table() const {
    Table out;
    for (const Line& each : lines_) add_record(out, each.name, each);
    for (const auto& [alias, target] : aliases_)
      for (const Line& each : lines_)
        if (Name::from_dns(each.name) == Name::from_dns(target)) add_record(out, alias, each);
    for (const std::string& name : silent_)
      for (const auto& [word, type] : types)
        if (!holds(name, word)) out.fail(name, type, DnsStatus::timeout);
    return out;
  }

 private:
  struct Line {
    std::string name, type, data;
  };

  bool holds(const std::string& name, std::string_view type) const {
    for (const Line& each : lines_)
      if (each.name == name && each.type == type) return true;
    return false;
  }

  static void add_record(Table& out, const std::string& name, const Line& line) {
    for (const auto& [word, type] : types) {
      if (word != line.type) continue;
      if (line.data == "!") return out.fail(name, type, DnsStatus::timeout);
      if (type == DnsType::txt) out.txt(name, unescaped(line.data));
      if (type == DnsType::a || type == DnsType::aaaa) out.address(name, line.data);
      if (type == DnsType::ptr) out.dns(name, type).names.push_back(*Name::from_dns(line.data));
      if (type == DnsType::mx)
        out.mx(name, static_cast<uint16_t>(std::stoi(line.data)),
               line.data.substr(line.data.find(' ') + 1));
      return;
    }
    // The name is there and holds none of these.
    out.dns(name, DnsType::tlsa);
  }

  std::vector<Line> lines_{};
  std::vector<std::pair<std::string, std::string>> aliases_{};
  std::vector<std::string> silent_{};
};

struct Case {
  std::string result{}, ip{}, mail_from{}, helo{}, explanation{};
};

Case read_case(std::string_view line) {
  line = line.substr(2, line.rfind("  # ") - 2);
  Case out;
  if (const size_t at = line.find(" = "); at != line.npos) {
    out.explanation = unescaped(line.substr(at + 3));
    line = line.substr(0, at);
  }
  const auto words = split(line, ' ');
  out.result = words.at(0);
  out.ip = words.at(1);
  out.mail_from = words.at(2) == "<>" ? "" : unescaped(words.at(2));
  out.helo = unescaped(words.at(3));
  return out;
}

SenderQuestion question{*Name::parse("anything.example")};

Judgement judge_asked(const Domain&, Facts& facts) {
  Judgement out = judge_sender(question, facts);
  out.level = 0;
  return out;
}

constexpr std::string_view no_ladder[] = {"any"};
const Check evaluation{"evaluation", "", no_ladder, judge_asked};

void run(const Internet& internet, const std::string& line) {
  CAPTURE(line);
  const Case wanted = read_case(line);
  Table table = internet.table();
  question.ip = *Address::parse(wanted.ip);
  question.mail_from = wanted.mail_from;
  question.helo = wanted.helo;
  const Value told = table.judge(evaluation, "anything.example").facts["check_host"];
  const std::string result(told["result"].as_string().value_or("nothing"));
  CAPTURE(result);
  bool allowed = false;
  for (const std::string_view each : split(wanted.result, '|')) allowed |= each == result;
  CHECK(allowed);
  if (wanted.explanation.empty()) return;
  CHECK(told["explanation"].as_string().value_or("") == wanted.explanation);
}

}  // namespace

TEST_CASE("spf: the public test suite for RFC 7208, whole") {
  std::ifstream in(source_root() + "/checks/spf/rfc7208_cases.txt");
  Internet internet;
  std::vector<std::string> cases;
  int count = 0;
  const auto run_section = [&] {
    for (const std::string& each : cases) run(internet, each);
    count += static_cast<int>(cases.size());
    cases.clear();
    internet = {};
  };
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('['))
      run_section();
    else if (line.starts_with("? "))
      cases.push_back(line);
    else
      internet.add(line);
  }
  run_section();
  CHECK(count == 203);
}

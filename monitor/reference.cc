#include "monitor/reference.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "embedded.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 4> grades = {"pass", "info", "advice", "fail"};

[[noreturn]] void refuse(const ReferenceFile& file, const toml::node& where,
                         const std::string& what) {
  throw ReferenceError(file.path + ":" + std::to_string(where.source().begin.line) + ": " + what);
}

std::string text_in(const ReferenceFile& file, const toml::node& node, std::string_view key) {
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty()) refuse(file, node, "\"" + std::string(key) + "\" must be text");
  return *text;
}

std::vector<std::string> texts_in(const ReferenceFile& file, const toml::node& node,
                                  std::string_view key) {
  const toml::array* items = node.as_array();
  if (!items) refuse(file, node, "\"" + std::string(key) + "\" must be a list of texts");
  std::vector<std::string> out;
  for (const toml::node& item : *items) out.push_back(text_in(file, item, key));
  return out;
}

std::vector<Name> names_in(const ReferenceFile& file, const toml::node& node,
                           std::string_view key) {
  std::vector<Name> out;
  for (const std::string& each : texts_in(file, node, key)) {
    auto name = Name::parse(each);
    if (!name)
      refuse(file, node,
             "\"" + std::string(key) + "\" must be a list of names, got \"" + each + "\"");
    out.push_back(std::move(*name));
  }
  return out;
}

std::vector<std::string> name_texts_in(const ReferenceFile& file, const toml::node& node,
                                       std::string_view key) {
  std::vector<std::string> out;
  for (const Name& each : names_in(file, node, key)) out.push_back(each.text());
  return out;
}

Operator operator_in(const ReferenceFile& file, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (!table) refuse(file, node, "an operator must be a [[operator]] table");
  Operator out;
  for (const auto& [key, value] : *table) {
    if (key == "name")
      out.name = text_in(file, value, key);
    else if (key == "title")
      out.title = text_in(file, value, key);
    else if (key == "mx_suffixes")
      out.mx_suffixes = names_in(file, value, key);
    else if (key == "dkim_selectors")
      out.dkim_selectors = name_texts_in(file, value, key);
    else
      refuse(file, value, "unknown key \"" + std::string(key.str()) + "\" in [[operator]]");
  }
  if (out.name.empty() || out.title.empty())
    refuse(file, node, "[[operator]] must have \"name\" and \"title\"");
  return out;
}

TlsGrade grade_in(const ReferenceFile& file, const toml::node& node, std::string_view thing) {
  const toml::table* table = node.as_table();
  if (!table) refuse(file, node, "\"" + std::string(thing) + "\" must be a table");
  TlsGrade out;
  for (const auto& [key, value] : *table) {
    if (key == "project")
      out.project = text_in(file, value, key);
    else
      out.others[std::string(key.str())] = text_in(file, value, key);
  }
  if (std::ranges::find(grades, out.project) == grades.end())
    refuse(file, node,
           "\"" + std::string(thing) + "\" must have \"project\", one of pass, info, advice, fail");
  return out;
}

std::map<std::string, TlsGrade> grades_in(const ReferenceFile& file, const toml::node& node,
                                          std::string_view key) {
  const toml::table* table = node.as_table();
  if (!table) refuse(file, node, "\"" + std::string(key) + "\" must be a section");
  std::map<std::string, TlsGrade> out;
  for (const auto& [thing, value] : *table)
    out[std::string(thing.str())] = grade_in(file, value, thing);
  return out;
}

void add_operators(const ReferenceFile& file, const toml::node& node, std::vector<Operator>& into) {
  const toml::array* tables = node.as_array();
  if (!tables) refuse(file, node, "operators must be [[operator]] tables");
  for (const toml::node& each : *tables) into.push_back(operator_in(file, each));
}

void read_file(const ReferenceFile& file, const toml::table& root, Reference& into) {
  for (const auto& [key, node] : root) {
    if (key == "operator")
      add_operators(file, node, into.operators);
    else if (key == "versions")
      into.tls_versions = grades_in(file, node, key);
    else if (key == "suites")
      into.tls_suites = grades_in(file, node, key);
    else if (key == "groups")
      into.tls_groups = grades_in(file, node, key);
    else if (key == "legacy_suffixes")
      into.legacy_suffixes = name_texts_in(file, node, key);
    else if (key == "retired_mailbox_hosts")
      into.retired_mailbox_hosts = name_texts_in(file, node, key);
    else if (const auto number = node.value<double>(); number && node.is_number())
      into.thresholds[file.check + "." + std::string(key.str())] = *number;
    else
      refuse(file, node, "unknown key \"" + std::string(key.str()) + "\"");
  }
}

}  // namespace

std::vector<ReferenceFile> reference_files(const std::filesystem::path& data_dir) {
  std::vector<ReferenceFile> out;
  for (const EmbeddedFile& each : embedded_files_of_mf_shell()) {
    const std::filesystem::path path(each.path);
    const bool of_a_check = each.path.starts_with("checks/") && path.extension() == ".toml";
    if (!of_a_check || path.filename() == "advice.toml") continue;
    ReferenceFile file{path.string(), path.parent_path().filename().string(),
                       std::string(each.text)};
    const std::filesystem::path own = data_dir / path.filename();
    if (std::ifstream in(own, std::ios::binary); !data_dir.empty() && in) {
      file.path = own.string();
      file.text.assign(std::istreambuf_iterator<char>(in), {});
    }
    out.push_back(std::move(file));
  }
  return out;
}

Reference read_reference(const std::vector<ReferenceFile>& files) {
  Reference out;
  for (const ReferenceFile& file : files) {
    try {
      read_file(file, toml::parse(file.text), out);
    } catch (const toml::parse_error& error) {
      throw ReferenceError(file.path + ":" + std::to_string(error.source().begin.line) + ": " +
                           std::string(error.description()));
    }
  }
  return out;
}

Reference load_reference(const std::filesystem::path& data_dir) {
  return read_reference(reference_files(data_dir));
}

}  // namespace mailfleet

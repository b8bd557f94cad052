#include "tests/json_schema.h"

#include <boost/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>

namespace mailfleet {
namespace {

namespace json = boost::json;

std::string text(const json::value& value) { return std::string(value.as_string()); }

class Validator {
 public:
  explicit Validator(const json::object& root) : root_(root) {}

  std::string check(const json::value& schema, const json::value& value, const std::string& where) {
    const json::object& rules = schema.as_object();
    for (const auto& rule : rules)
      if (auto error = apply(rule.key(), rule.value(), rules, value, where); !error.empty())
        return error;
    return {};
  }

 private:
  std::string apply(std::string_view word, const json::value& rule, const json::object& rules,
                    const json::value& value, const std::string& where) {
    static const std::set<std::string_view> notes{"$schema", "title", "description", "$defs",
                                                  "properties"};
    const auto no = [&](bool bad, const std::string& what) {
      return bad ? where + ": " + what : "";
    };
    if (notes.contains(word))
      return word == "properties" && value.is_object() ? members(rule, value, where) : "";
    if (word == "$ref") return check(target(text(rule)), value, where);
    if (word == "type") return no(!is(text(rule), value), "is no " + text(rule));
    if (word == "const") return no(value != rule, "is not the constant");
    if (word == "enum") return no(!any_equal(rule.as_array(), value), "is none of the words");
    if (word == "anyOf") return no(!any_fits(rule.as_array(), value, where), "fits none");
    if (word == "required") return required(rule.as_array(), value, where);
    if (word == "additionalProperties") return closed(rules, value, where);
    if (word == "items") return items(rule, value, where);
    if (word == "maxItems")
      return no(value.is_array() && value.as_array().size() > rule.to_number<size_t>(), "too many");
    if (word == "maxLength")
      return no(value.is_string() && value.as_string().size() > rule.to_number<size_t>(), "long");
    if (word == "minimum")
      return no(value.is_number() && value.to_number<double>() < rule.to_number<double>(), "small");
    if (word == "maximum")
      return no(value.is_number() && value.to_number<double>() > rule.to_number<double>(), "large");
    if (word == "pattern")
      return no(value.is_string() && !std::regex_search(text(value), std::regex(text(rule))),
                "does not fit " + text(rule));
    throw std::runtime_error("a schema uses the unknown word " + std::string(word));
  }

  static bool is(const std::string& type, const json::value& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "null") return value.is_null();
    throw std::runtime_error("a schema uses the unknown type " + type);
  }

  const json::value& target(const std::string& reference) const {
    const std::string start = "#/$defs/";
    if (!reference.starts_with(start)) throw std::runtime_error("a $ref leaves the schema");
    return root_.at("$defs").as_object().at(reference.substr(start.size()));
  }

  static bool any_equal(const json::array& words, const json::value& value) {
    for (const json::value& each : words)
      if (each == value) return true;
    return false;
  }

  bool any_fits(const json::array& schemas, const json::value& value, const std::string& where) {
    for (const json::value& each : schemas)
      if (check(each, value, where).empty()) return true;
    return false;
  }

  std::string members(const json::value& rule, const json::value& value, const std::string& where) {
    for (const auto& each : rule.as_object())
      if (const json::value* member = value.as_object().if_contains(each.key()))
        if (auto error = check(each.value(), *member, where + "." + std::string(each.key()));
            !error.empty())
          return error;
    return {};
  }

  static std::string required(const json::array& names, const json::value& value,
                              const std::string& where) {
    if (!value.is_object()) return {};
    for (const json::value& each : names)
      if (!value.as_object().contains(each.as_string())) return where + ": lacks " + text(each);
    return {};
  }

  static std::string closed(const json::object& rules, const json::value& value,
                            const std::string& where) {
    if (!value.is_object() || rules.at("additionalProperties") != false) return {};
    for (const auto& each : value.as_object())
      if (!rules.at("properties").as_object().contains(each.key()))
        return where + ": must not have " + std::string(each.key());
    return {};
  }

  std::string items(const json::value& rule, const json::value& value, const std::string& where) {
    if (!value.is_array()) return {};
    for (size_t i = 0; i < value.as_array().size(); ++i)
      if (auto error = check(rule, value.as_array()[i], where + "[" + std::to_string(i) + "]");
          !error.empty())
        return error;
    return {};
  }

  const json::object& root_;
};

}  // namespace

std::string schema_error(const json::value& schema, const json::value& value) {
  return Validator(schema.as_object()).check(schema, value, "it");
}

}  // namespace mailfleet

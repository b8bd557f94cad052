// A small JSON-like tree: the facts a check found, as they leave the program.
//
// Objects keep the order in which members were set, since people read them. `to_json` is canonical
// for equal trees, so its text may be compared and hashed. Text from the outside world is made
// valid UTF-8 on the way out; it is NOT made safe for HTML.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mailfleet {

class Value {
 public:
  using List = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Object = std::vector<Member>;

  Value() = default;  // null: could not be known
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(static_cast<int64_t>(value)) {}
  Value(int64_t value) : data_(value) {}
  Value(uint32_t value) : data_(static_cast<int64_t>(value)) {}
  Value(size_t value) : data_(static_cast<int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(std::string value) : data_(std::move(value)) {}
  template <class T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }
  static Value list() { return Value(List{}); }
  static Value list(std::initializer_list<Value> items) { return Value(List(items)); }
  static Value object() { return Value(Object{}); }
  static Value object(std::initializer_list<Member> members) { return Value(Object(members)); }
  explicit Value(List items) : data_(std::move(items)) {}
  explicit Value(Object members) : data_(std::move(members)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_list() const { return std::holds_alternative<List>(data_); }
  bool is_object() const { return std::holds_alternative<Object>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<int64_t>(data_); }
  bool is_double() const { return std::holds_alternative<double>(data_); }

  // Typed readers: empty when the value is null or of another kind.
  std::optional<bool> as_bool() const;
  std::optional<int64_t> as_int() const;
  std::optional<double> as_double() const;          // also from an int
  std::optional<std::string_view> as_string() const;  // valid while *this lives
  const List& items() const;       // empty list for anything else
  const Object& members() const;   // empty object for anything else

  // The member, or a null Value: facts are read as facts["effective"]["own"].
  const Value& operator[](std::string_view key) const;
  // Sets or replaces a member; a null Value becomes an object first.
  Value& set(std::string_view key, Value value);
  // Appends; a null Value becomes a list first.
  Value& push(Value value);

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Object> data_;
};

std::string to_json(const Value& value);             // one line
std::string to_json_pretty(const Value& value);      // indented by two
std::string json_quoted(std::string_view text);      // with its quotes, always valid UTF-8

}  // namespace mailfleet

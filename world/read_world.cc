#include "world/read_world.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "checks/base/text.h"
#include "world/rdata.h"
#include "world/read_server.h"
#include "world/strict_table.h"

namespace mailfleet {
namespace {

const std::vector<std::string> rcode_words = {"NOERROR", "SERVFAIL", "REFUSED", "TIMEOUT",
                                              "NXDOMAIN"};
const std::vector<std::string> dnssec_words = {"insecure", "secure", "bogus"};

template <class Enum>
std::optional<Enum> chosen(const std::vector<std::string>& words,
                           const std::optional<std::string>& word) {
  const auto found = word ? std::ranges::find(words, *word) : words.end();
  if (found == words.end()) return {};
  return static_cast<Enum>(found - words.begin());
}

// ---- records

std::string type_word(uint16_t type) { return ascii_lower(record_type_name(type)); }

// "3 1 1 certificate" or "2 0 1 certificate:mx1.example".
std::optional<TlsaRecipe> tlsa_recipe(std::string_view text) {
  const auto parts = split(text, ' ');
  if (parts.size() != 4 || !parts[3].starts_with("certificate")) return {};
  TlsaRecipe out;
  uint8_t* const numbers[] = {&out.usage, &out.selector, &out.matching};
  for (size_t i = 0; i < 3; ++i) {
    if (parts[i].size() != 1 || parts[i][0] < '0' || parts[i][0] > '9') return {};
    *numbers[i] = static_cast<uint8_t>(parts[i][0] - '0');
  }
  const std::string_view host = parts[3].substr(std::string_view("certificate").size());
  if (!host.empty() && (host[0] != ':' || !Name::parse(host.substr(1)))) return {};
  if (!host.empty()) out.host = Name::parse(host.substr(1))->text();
  return out;
}

void read_txt(const StrictTable& table, const toml::node& item, WorldType& into) {
  std::vector<std::string> strings;
  if (item.is_string()) {
    strings.push_back(item.as_string()->get());
  } else if (item.is_array()) {
    for (const toml::node& part : *item.as_array()) {
      if (!part.is_string()) break;
      strings.push_back(part.as_string()->get());
    }
    if (strings.size() != item.as_array()->size()) strings.clear();
  }
  if (strings.empty())
    refuse(table.file(), item, table.where() + " txt: a record is a string or a list of strings");
  into.records.push_back(txt_rdata(strings));
}

void read_record(const StrictTable& table, const toml::node& item, uint16_t type, WorldType& into) {
  constexpr uint16_t txt_type = 16;
  constexpr uint16_t tlsa_type = 52;
  if (type == txt_type) return read_txt(table, item, into);
  const std::string where = table.where() + " " + type_word(type);
  if (!item.is_string()) refuse(table.file(), item, where + ": a record is a string");
  const std::string& text = item.as_string()->get();
  if (type == tlsa_type)
    if (const auto computed = tlsa_recipe(text)) return into.computed.push_back(*computed);
  const auto rdata = rdata_from_text(type, text);
  if (!rdata)
    refuse(table.file(), item,
           where + ": \"" + for_display(text, 80) + "\" is no " + record_type_name(type) +
               " data in presentation form");
  into.records.push_back(*rdata);
}

// A list of records, or one record as a string.
void read_records(const StrictTable& table, const toml::node& node, uint16_t type,
                  WorldType& into) {
  into.records.clear();
  into.computed.clear();
  if (node.is_string()) return read_record(table, node, type, into);
  if (!node.is_array())
    refuse(table.file(), node,
           table.where() + " " + type_word(type) + " must be a list of records");
  for (const toml::node& item : *node.as_array()) read_record(table, item, type, into);
}

// ---- a name

std::string type_list() {
  return "dnssec, rcode, delay, signatures_end, type, or a record type in lower case: a, aaaa, mx, "
         "txt, ns, soa, "
         "cname, ptr, tlsa, caa, ds, …";
}

uint16_t type_of_key(const StrictTable& table, std::string_view key, const toml::node& node) {
  const auto type = record_type_number(key);
  if (!type || key != ascii_lower(key))
    refuse(table.file(), node,
           table.where() + " has no key \"" + std::string(key) + "\"; it takes " + type_list());
  return *type;
}

// [dns."name".txt]: data and troubles of one type.
void read_type(const toml::table& toml, const StrictTable& above, uint16_t type, WorldType& into) {
  StrictTable table(toml, above.file(), above.where() + "." + type_word(type));
  if (const auto word = table.word("rcode", rcode_words))
    into.rcode = chosen<WorldRcode>(rcode_words, word);
  if (const auto word = table.word("dnssec", dnssec_words))
    into.dnssec = chosen<Dnssec>(dnssec_words, word);
  if (const auto delay = table.duration("delay")) into.delay = delay;
  for (const std::string& key : {type_word(type), std::string("records")})
    if (const toml::node* node = table.take(key)) read_records(table, *node, type, into);
  table.refuse_the_rest();
}

// [dns."name".type]: by type, a table as above, the word of a trouble, or records.
void read_types(const toml::table& toml, const StrictTable& above, WorldName& into) {
  const StrictTable table(toml, above.file(), above.where() + ".type");
  for (const auto& [key, node] : toml) {
    const uint16_t type = type_of_key(table, key.str(), node);
    WorldType& of_type = into.types[type];
    if (node.is_table()) {
      read_type(*node.as_table(), table, type, of_type);
      continue;
    }
    const auto word = node.value_exact<std::string>();
    const auto rcode = chosen<WorldRcode>(rcode_words, word);
    const auto dnssec = chosen<Dnssec>(dnssec_words, word);
    if (rcode)
      of_type.rcode = rcode;
    else if (dnssec)
      of_type.dnssec = dnssec;
    else
      read_records(table, node, type, of_type);
  }
}

void read_name(const toml::table& toml, const std::string& file, const Name& name,
               WorldName& into) {
  StrictTable table(toml, file, "[dns.\"" + name.text() + "\"]");
  if (const auto word = table.word("rcode", rcode_words))
    into.rcode = *chosen<WorldRcode>(rcode_words, word);
  if (const auto word = table.word("dnssec", dnssec_words))
    into.dnssec = *chosen<Dnssec>(dnssec_words, word);
  if (const auto delay = table.duration("delay")) into.delay = *delay;
  if (toml.contains("signatures_end"))
    read_moment(table, "signatures_end", into.signatures_end.emplace());
  if (const toml::table* types = table.table("type")) read_types(*types, table, into);
  for (const auto& [key, node] : toml) {
    const std::string_view word = key.str();
    if (word == "rcode" || word == "dnssec" || word == "delay" || word == "type" ||
        word == "signatures_end")
      continue;
    const uint16_t type = type_of_key(table, word, node);
    if (node.is_table())
      read_type(*node.as_table(), table, type, into.types[type]);
    else
      read_records(table, node, type, into.types[type]);
  }
}

// ---- the parts of a world, also inside an event

void read_dns(StrictTable& above, World& world) {
  const toml::table* toml = above.table("dns");
  if (!toml) return;
  for (const auto& [key, node] : *toml) {
    const auto name = Name::from_dns(key.str());
    if (!name)
      refuse(above.file(), node, "[dns] \"" + for_display(key.str(), 80) + "\" is no DNS name");
    if (!node.is_table())
      refuse(above.file(), node, "[dns.\"" + name->text() + "\"] must be a table");
    read_name(*node.as_table(), above.file(), *name, world.dns[*name]);
  }
}

// The canonical text of a host name or an address.
std::string server_key(const StrictTable& above, const std::string& part, std::string_view key,
                       const toml::node& node) {
  if (const auto address = Address::parse(key)) return address->text();
  const auto name = Name::parse(key);
  if (!name)
    refuse(above.file(), node,
           "[" + part + "] \"" + for_display(key, 80) + "\" is neither a host name nor an address");
  if (!node.is_table())
    refuse(above.file(), node, "[" + part + ".\"" + name->text() + "\"] must be a table");
  return name->text();
}

template <class Server>
void read_servers(StrictTable& above, const std::string& part,
                  std::map<std::string, Server>& into) {
  const toml::table* toml = above.table(part);
  if (!toml) return;
  for (const auto& [key, node] : *toml) {
    const std::string host = server_key(above, part, key.str(), node);
    if (!node.is_table())
      refuse(above.file(), node, "[" + part + ".\"" + host + "\"] must be a table");
    StrictTable table(*node.as_table(), above.file(), "[" + part + ".\"" + host + "\"]");
    read_server(table, into[host]);
  }
}

void read_now(StrictTable& table, World& world) {
  const auto text = table.text("now");
  if (!text) return;
  world.now = parse_time(*text);
  if (!world.now) table.refuse_key("now", "must be a time such as \"2026-11-21T12:00:00Z\"");
}

void read_parts(StrictTable& table, World& world) {
  read_now(table, world);
  read_dns(table, world);
  read_servers(table, "smtp", world.smtp);
  read_servers(table, "https", world.https);
}

// ---- events

struct Event {
  Milliseconds after{0};
  const toml::table* toml = nullptr;
};

std::vector<Event> read_events(StrictTable& root) {
  std::vector<Event> out;
  const toml::node* node = root.take("event");
  if (!node) return out;
  if (!node->is_array()) refuse(root.file(), *node, "events are written [[event]]");
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_table()) refuse(root.file(), item, "events are written [[event]]");
    StrictTable table(*item.as_table(), root.file(), "[[event]]");
    const auto after = table.duration("after");
    if (!after) refuse(root.file(), item, "[[event]] needs after, such as \"20s\"");
    out.push_back({*after, item.as_table()});
  }
  std::ranges::stable_sort(out, {}, &Event::after);
  return out;
}

void add_stages(World& world, const std::vector<Event>& events, const std::string& file) {
  World state = world;
  std::vector<WorldStage> stages;
  for (const Event& event : events) {
    StrictTable table(*event.toml, file, "[[event]]");
    table.take("after");
    read_parts(table, state);
    table.refuse_the_rest();
    index_world(state);
    stages.push_back({event.after, std::make_shared<const World>(state)});
  }
  world.stages = std::move(stages);
}

}  // namespace

World read_world(std::string_view text, const std::string& file_name) {
  toml::table toml;
  try {
    toml = toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    throw WorldError(file_name + ":" + std::to_string(error.source().begin.line) + ": " +
                     std::string(error.description()));
  }
  World world;
  StrictTable root(toml, file_name, "a world");
  read_parts(root, world);
  const std::vector<Event> events = read_events(root);
  root.refuse_the_rest();
  index_world(world);
  add_stages(world, events, file_name);
  return world;
}

World load_world(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw WorldError(path + ": cannot be read");
  return read_world(text.str(), path);
}

}  // namespace mailfleet

#include "monitor/store/evidence_json.h"

#include <openssl/evp.h>

#include <array>
#include <concepts>
#include <limits>
#include <type_traits>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "monitor/store/value_json.h"

namespace mailfleet {
namespace {

// ---- what there is to write: one list of members a struct, for both directions. `a.passing` marks
// what differs between any two looks.

template <class S, class T>
concept Is = std::same_as<std::remove_const_t<S>, T>;

template <class A, Is<MxRecord> S>
void visit(A& a, S& o) {
  a("preference", o.preference);
  a("host", o.host);
}

template <class A, Is<TlsaRecord> S>
void visit(A& a, S& o) {
  a("usage", o.usage);
  a("selector", o.selector);
  a("matching", o.matching);
  a("data", o.data);
}

template <class A, Is<CaaRecord> S>
void visit(A& a, S& o) {
  a("critical", o.critical);
  a("tag", o.tag);
  a("value", o.value);
}

template <class A, Is<DnsObservation> S>
void visit(A& a, S& o) {
  a("outcome", o.outcome);
  a("status", o.status);
  a("dnssec", o.dnssec);
  a.passing("why", o.why);
  a("aliases", o.aliases);
  a("addresses", o.addresses);
  a("mx", o.mx);
  a("txt", o.txt);
  a("names", o.names);
  a("tlsa", o.tlsa);
  a("caa", o.caa);
  a("ds_algorithms", o.ds_algorithms);
  a("signatures_expire", o.signatures_expire);
  a.passing("ttl_seconds", o.ttl_seconds);
}

template <class A, Is<Certificate> S>
void visit(A& a, S& o) {
  a("der", o.der);
  a("spki", o.spki);
  a("sha256", o.sha256);
  a("subject", o.subject);
  a("issuer", o.issuer);
  a("common_name", o.common_name);
  a("names", o.names);
  a("has_san", o.has_san);
  a("is_ca", o.is_ca);
  a("self_issued", o.self_issued);
  a("not_before", o.not_before);
  a("not_after", o.not_after);
  a("key", o.key);
  a("key_bits", o.key_bits);
  a("signature", o.signature);
}

template <class A, Is<CertificateChain> S>
void visit(A& a, S& o) {
  a("sent", o.sent);
  a("path", o.path);
  a("faults", o.faults);
}

template <class A, Is<TlsSession> S>
void visit(A& a, S& o) {
  a("version", o.version);
  a("suite", o.suite);
  a("group", o.group);
  a("chain", o.chain);
}

template <class A, Is<TlsSupport> S>
void visit(A& a, S& o) {
  a("versions", o.versions);
  a("suites", o.suites);
  a("groups", o.groups);
  a("dh_bits", o.dh_bits);
}

template <class A, Is<SmtpObservation> S>
void visit(A& a, S& o) {
  a("outcome", o.outcome);
  a("reason", o.reason);
  a("reachable", o.reachable);
  a("offered", o.offered);
  a.passing("why", o.why);
  a.passing("banner", o.banner);
  a("ehlo", o.ehlo);
  a("ehlo_tls", o.ehlo_tls);
  a("tls", o.tls);
  a("support", o.support);
}

template <class A, Is<HttpsObservation> S>
void visit(A& a, S& o) {
  a("outcome", o.outcome);
  a("reason", o.reason);
  a("status", o.status);
  a.passing("why", o.why);
  a("content_type", o.content_type);
  a("body", o.body);
  a("tls", o.tls);
  a.passing("fetched_at", o.fetched_at);
}

template <class A, Is<SuffixObservation> S>
void visit(A& a, S& o) {
  a("outcome", o.outcome);
  a("is_suffix", o.is_suffix);
  a("registrable", o.registrable);
}

template <class A, Is<DnsQuestion> S>
void visit(A& a, S& o) {
  a("type", o.type);
}

template <class A, Is<SmtpQuestion> S>
void visit(A& a, S& o) {
  a("address", o.address);
  a("depth", o.depth);
}

template <class A, Is<HttpsQuestion> S>
void visit(A& a, S& o) {
  a("address", o.address);
  a("path", o.path);
  a("version", o.version);
}

template <class A, Is<SuffixQuestion> S>
void visit(A&, S&) {}

const Name& name_of(const DnsQuestion& question) { return question.name; }
const Name& name_of(const SmtpQuestion& question) { return question.host; }
const Name& name_of(const HttpsQuestion& question) { return question.host; }
const Name& name_of(const SuffixQuestion& question) { return question.name; }

// ---- enumerations by name, so that the text outlives their order

template <class T>
struct Word {
  T value;
  std::string_view text;
};

constexpr std::array<Word<Outcome>, 5> words(Outcome) {
  return {{{Outcome::pending, "pending"},
           {Outcome::answered, "answered"},
           {Outcome::absent, "absent"},
           {Outcome::failed, "failed"},
           {Outcome::bogus, "bogus"}}};
}
constexpr std::array<Word<DnsStatus>, 5> words(DnsStatus) {
  return {{{DnsStatus::ok, "ok"},
           {DnsStatus::nxdomain, "nxdomain"},
           {DnsStatus::servfail, "servfail"},
           {DnsStatus::timeout, "timeout"},
           {DnsStatus::refused, "refused"}}};
}
constexpr std::array<Word<Dnssec>, 3> words(Dnssec) {
  return {{{Dnssec::insecure, "insecure"}, {Dnssec::secure, "secure"}, {Dnssec::bogus, "bogus"}}};
}
constexpr std::array<Word<SmtpDepth>, 2> words(SmtpDepth) {
  return {{{SmtpDepth::basic, "basic"}, {SmtpDepth::deep, "deep"}}};
}
constexpr std::array<Word<HttpsReason>, 11> words(HttpsReason) {
  return {{{HttpsReason::ok, "ok"},
           {HttpsReason::refused, "refused"},
           {HttpsReason::timeout, "timeout"},
           {HttpsReason::tls_error, "tls-error"},
           {HttpsReason::certificate, "certificate"},
           {HttpsReason::status, "status"},
           {HttpsReason::redirect, "redirect"},
           {HttpsReason::too_large, "too-large"},
           {HttpsReason::slow, "slow"},
           {HttpsReason::bad_http, "bad-http"},
           {HttpsReason::our_load, "our-load"}}};
}

template <class T>
std::string_view word_of(T value) {
  if constexpr (std::same_as<T, SmtpReason>) {
    return to_text(value);
  } else {
    for (const auto& word : words(T{}))
      if (word.value == value) return word.text;
    return {};
  }
}

template <class T>
std::optional<T> from_word(std::string_view text) {
  if constexpr (std::same_as<T, SmtpReason>) {
    return parse_smtp_reason(text);
  } else {
    for (const auto& word : words(T{}))
      if (word.text == text) return word.value;
    return {};
  }
}

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;
template <class T>
constexpr bool is_vector = false;
template <class T>
constexpr bool is_vector<std::vector<T>> = true;
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

// ---- writing

enum class Form : uint8_t { exact, canonical };

class Writer {
 public:
  Writer(Form form, std::map<std::string, std::string>& pieces) : form_(form), pieces_(pieces) {}

  template <class T>
  void operator()(std::string_view key, const T& member) {
    if (!is_default(member)) out_.set(key, encode(member));
  }
  template <class T>
  void passing(std::string_view key, const T& member) {
    if (form_ == Form::exact) (*this)(key, member);
  }
  Value take() { return std::move(out_); }

  template <class S>
  Value object(const S& from) {
    Writer inner(form_, pieces_);
    inner.out_ = Value::object();
    visit(inner, from);
    return inner.take();
  }
  // Puts the text among the pieces and gives its digest.
  template <class S>
  std::string piece(const S& from) {
    std::string text = to_json(object(from));
    std::string digest = sha256_of(text);
    pieces_.emplace(digest, std::move(text));
    return digest;
  }

 private:
  template <class T>
  static bool is_default(const T& member) {
    if constexpr (is_optional<T>)
      return !member;
    else if constexpr (is_vector<T> || std::same_as<T, std::map<std::string, bool>>)
      return member.empty();
    else if constexpr (std::same_as<T, CertificateChain>)
      return member.sent.empty() && member.path.empty() && member.faults.empty();
    else if constexpr (std::same_as<T, Name>)
      return false;
    else
      return member == T{};
  }

  template <class T>
  Value encode(const T& member) {
    if constexpr (std::same_as<T, bool>)
      return member;
    else if constexpr (Number<T>)
      return Value(static_cast<int64_t>(member));
    else if constexpr (std::same_as<T, DnsType>)
      return Value(static_cast<int64_t>(member));
    else if constexpr (std::is_enum_v<T>)
      return word_of(member);
    else if constexpr (std::same_as<T, std::string>)
      return encode_text(member);
    else if constexpr (std::same_as<T, Name>)
      return member.text();
    else if constexpr (std::same_as<T, Address>)
      return member.text();
    else if constexpr (std::same_as<T, Time>)
      return Value(int64_t{member.time_since_epoch().count()});
    else if constexpr (std::same_as<T, CertificatePtr>)
      return piece(*member);
    else if constexpr (is_optional<T>)
      return encode(*member);
    else if constexpr (is_vector<T>)
      return encode_list(member);
    else if constexpr (std::same_as<T, std::map<std::string, bool>>)
      return encode_map(member);
    else
      return object(member);
  }

  static Value encode_text(const std::string& text) {
    if (valid_utf8(text) == text) return text;
    return Value::object({{"base64", base64_of(text)}});
  }

  template <class T>
  Value encode_list(const std::vector<T>& items) {
    Value out = Value::list();
    for (const T& item : items) out.push(encode(item));
    return out;
  }

  static Value encode_map(const std::map<std::string, bool>& map) {
    Value out = Value::object();
    for (const auto& [key, value] : map) out.set(key, value);
    return out;
  }

  Form form_;
  std::map<std::string, std::string>& pieces_;
  Value out_;
};

// ---- reading

class Reader {
 public:
  using Certificates = std::map<std::string, CertificatePtr>;

  Reader(const FindPiece& find_piece, Certificates& certificates)
      : find_piece_(find_piece), certificates_(certificates) {}

  template <class S>
  bool object(const Value& from, S& to) {
    if (!from.is_object()) return false;
    Reader inner(find_piece_, certificates_);
    inner.from_ = &from;
    visit(inner, to);
    return inner.good_ && inner.used_ == from.members().size();
  }
  template <class T>
  void operator()(std::string_view key, T& member) {
    const Value& value = (*from_)[key];
    if (value.is_null()) return;
    ++used_;
    good_ = decode(value, member) && good_;
  }
  template <class T>
  void passing(std::string_view key, T& member) {
    (*this)(key, member);
  }
  template <class S>
  bool piece(const Value& digest, S& to) {
    const auto key = digest.as_string();
    const auto text = key ? find_piece_(std::string(*key)) : std::nullopt;
    const auto parsed = text ? parse_value(*text) : std::nullopt;
    return parsed && object(*parsed, to);
  }

 private:
  template <class T>
  bool decode(const Value& from, T& to) {
    if constexpr (std::same_as<T, bool>)
      return set(from.as_bool(), to);
    else if constexpr (Number<T>)
      return number(from, to);
    else if constexpr (std::same_as<T, std::string>)
      return text(from, to);
    else if constexpr (std::same_as<T, Address>)
      return parsed<Address>(from, to, &Address::parse);
    else if constexpr (std::same_as<T, Time>)
      return time(from, to);
    else if constexpr (std::same_as<T, CertificatePtr>)
      return certificate(from, to);
    else if constexpr (std::same_as<T, std::optional<Name>>)
      return name(from, to);
    else if constexpr (is_optional<T>)
      return decode(from, to.emplace());
    else if constexpr (is_vector<T>)
      return list(from, to);
    else if constexpr (std::same_as<T, std::map<std::string, bool>>)
      return map(from, to);
    else if constexpr (std::same_as<T, DnsType>)
      return type(from, to);
    else if constexpr (std::is_enum_v<T>)
      return parsed<T>(from, to, &from_word<T>);
    else
      return object(from, to);
  }

  template <class T>
  static bool set(std::optional<T> value, T& to) {
    if (value) to = std::move(*value);
    return value.has_value();
  }
  template <class T, class Parse>
  static bool parsed(const Value& from, T& to, Parse parse) {
    const auto word = from.as_string();
    return word && set(std::optional<T>(parse(*word)), to);
  }
  static bool name(const Value& from, std::optional<Name>& to) {
    const auto word = from.as_string();
    to = word ? Name::from_dns(*word) : std::nullopt;
    return to.has_value();
  }
  template <class T>
  static bool number(const Value& from, T& to) {
    const auto value = from.as_int();
    if (!value || !std::in_range<T>(*value)) return false;
    to = static_cast<T>(*value);
    return true;
  }
  static bool type(const Value& from, DnsType& to) {
    uint16_t value = 0;
    if (!number(from, value)) return false;
    to = static_cast<DnsType>(value);
    return true;
  }
  static bool time(const Value& from, Time& to) {
    int64_t value = 0;
    if (!number(from, value)) return false;
    to = Time(Seconds(value));
    return true;
  }
  static bool text(const Value& from, std::string& to) {
    if (const auto plain = from.as_string()) return set(std::optional(std::string(*plain)), to);
    const auto coded = from["base64"].as_string();
    return coded && from.members().size() == 1 && set(octets_of_base64(*coded), to);
  }
  template <class T>
  bool list(const Value& from, std::vector<T>& to) {
    if (!from.is_list()) return false;
    for (const Value& item : from.items()) {
      if constexpr (std::same_as<T, Name>) {
        std::optional<Name> one;
        if (!name(item, one)) return false;
        to.push_back(std::move(*one));
      } else if (!decode(item, to.emplace_back())) {
        return false;
      }
    }
    return true;
  }
  static bool map(const Value& from, std::map<std::string, bool>& to) {
    if (!from.is_object()) return false;
    for (const auto& [key, value] : from.members())
      if (!set(value.as_bool(), to[key])) return false;
    return true;
  }
  // One object however often it is named, as it was when it was seen.
  bool certificate(const Value& from, CertificatePtr& to) {
    CertificatePtr& known = certificates_[std::string(from.as_string().value_or(""))];
    if (!known) {
      Certificate read;
      if (!piece(from, read)) return false;
      known = std::make_shared<const Certificate>(std::move(read));
    }
    to = known;
    return true;
  }

  const FindPiece& find_piece_;
  Certificates& certificates_;
  const Value* from_ = nullptr;
  size_t used_ = 0;
  bool good_ = true;
};

// ---- a table of evidence: [name, question, observation] a row; SMTP observations as pieces

template <class Question, class Seen>
Value write_table(Writer& writer, const std::map<Question, Seen>& table) {
  Value out = Value::list();
  for (const auto& [question, seen] : table) {
    Value body =
        std::same_as<Seen, SmtpObservation> ? Value(writer.piece(seen)) : writer.object(seen);
    out.push(Value::list({name_of(question).text(), writer.object(question), std::move(body)}));
  }
  return out;
}

template <class Question, class Seen>
bool read_table(Reader& reader, const Value& from, std::map<Question, Seen>& table) {
  if (!from.is_list()) return false;
  for (const Value& row : from.items()) {
    if (row.items().size() != 3) return false;
    const auto name = row.items()[0].as_string();
    const auto parsed = name ? Name::from_dns(*name) : std::nullopt;
    if (!parsed) return false;
    Question question{*parsed};
    Seen seen;
    if (!reader.object(row.items()[1], question)) return false;
    const Value& body = row.items()[2];
    if (body.is_string() ? !reader.piece(body, seen) : !reader.object(body, seen)) return false;
    if (!table.emplace(std::move(question), std::move(seen)).second) return false;
  }
  return true;
}

std::string write_body(const Evidence& evidence, Form form,
                       std::map<std::string, std::string>& pieces) {
  Writer writer(form, pieces);
  return to_json(Value::object({{"dns", write_table(writer, evidence.dns)},
                                {"smtp", write_table(writer, evidence.smtp)},
                                {"https", write_table(writer, evidence.https)},
                                {"suffix", write_table(writer, evidence.suffix)}}));
}

}  // namespace

std::string sha256_of(std::string_view octets) {
  static constexpr char digits[] = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(octets.data(), octets.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  std::string out;
  for (size_t i = 0; i < size; ++i) (out += digits[digest[i] >> 4]) += digits[digest[i] & 15];
  return out;
}

EvidenceParts to_parts(const Evidence& evidence) {
  EvidenceParts out;
  out.body = write_body(evidence, Form::exact, out.pieces);
  return out;
}

std::optional<Evidence> from_parts(std::string_view body, const FindPiece& find_piece) {
  const auto parsed = parse_value(body);
  if (!parsed || parsed->members().size() != 4) return {};
  Reader::Certificates certificates;
  Reader reader(find_piece, certificates);
  Evidence out;
  const bool good = read_table(reader, (*parsed)["dns"], out.dns) &&
                    read_table(reader, (*parsed)["smtp"], out.smtp) &&
                    read_table(reader, (*parsed)["https"], out.https) &&
                    read_table(reader, (*parsed)["suffix"], out.suffix);
  return good ? std::optional(std::move(out)) : std::nullopt;
}

std::string evidence_to_json(const Evidence& evidence) {
  const EvidenceParts parts = to_parts(evidence);
  Value pieces = Value::object();
  for (const auto& [digest, text] : parts.pieces) pieces.set(digest, text);
  return to_json(Value::object({{"evidence", parts.body}, {"pieces", std::move(pieces)}}));
}

std::optional<Evidence> evidence_from_json(std::string_view json) {
  const auto parsed = parse_value(json);
  if (!parsed) return {};
  const auto body = (*parsed)["evidence"].as_string();
  if (!body) return {};
  return from_parts(*body, [&](const std::string& digest) -> std::optional<std::string> {
    const auto text = (*parsed)["pieces"][digest].as_string();
    return text ? std::optional(std::string(*text)) : std::nullopt;
  });
}

std::string evidence_digest(const Evidence& evidence) {
  std::map<std::string, std::string> pieces;
  return sha256_of(write_body(evidence, Form::canonical, pieces));
}

}  // namespace mailfleet

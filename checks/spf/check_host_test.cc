#include "checks/spf/check_host.h"

#include <doctest/doctest.h>

#include <sstream>

#include "checks/spf/sender.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

// A world in lines: "name TYPE data". Data of TXT is the rest of the line; FAIL names a type that
// cannot be asked.
Table world(const std::string& lines) {
  Table table;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name, type, data;
    if (!(words >> name >> type)) continue;
    std::getline(words >> std::ws, data);
    if (type == "TXT")
      table.txt(name, data);
    else if (type == "A" || type == "AAAA")
      table.address(name, data);
    else if (type == "MX")
      table.mx(name, static_cast<uint16_t>(std::stoi(data)), data.substr(data.find(' ') + 1));
    else if (type == "PTR")
      table.dns(name, DnsType::ptr).names.push_back(*Name::parse(data));
    else if (data == "TXT")
      table.fail(name, DnsType::txt);
    else if (data == "A")
      table.fail(name, DnsType::a);
    else if (data == "AAAA")
      table.fail(name, DnsType::aaaa);
    else if (data == "MX")
      table.fail(name, DnsType::mx);
    else
      table.fail(name, DnsType::ptr);
  }
  return table;
}

spf::Message asked;
spf::Outcome told;

Judgement judge_asked(const Domain&, Facts& facts) {
  told = spf::check_host(asked, facts);
  return {.level = 0};
}

constexpr std::string_view no_ladder[] = {"any"};
const Check evaluation{"evaluation", "", no_ladder, judge_asked};

spf::Outcome evaluate(Table& table, std::string_view ip, std::string_view sender,
                      std::string_view helo) {
  const size_t at = sender.rfind('@');
  asked = {.ip = *Address::parse(ip),
           .domain = std::string(at == sender.npos ? sender : sender.substr(at + 1)),
           .sender = std::string(sender),
           .helo = std::string(helo)};
  table.judge(evaluation, "anything.example");
  return told;
}

struct Row {
  const char* record;
  const char* ip;
  const char* result;
};

// The same little world for many records of example.com.
constexpr const char* common = R"(
mail.example.com A 192.0.2.1
mail.example.com AAAA 2001:db8::1
v4only.example.com A 192.0.2.1
example.com A 192.0.2.10
example.com MX 10 mx1.example.com
example.com MX 20 mx2.example.com
mx1.example.com A 192.0.2.20
mx2.example.com A 192.0.2.21
mx2.example.com AAAA 2001:db8::21
1.2.0.192.in-addr.arpa PTR mail.example.com
99.2.0.192.in-addr.arpa PTR liar.example.com
liar.example.com A 198.51.100.99
98.2.0.192.in-addr.arpa PTR host.example.com.evil.example
host.example.com.evil.example A 192.0.2.98
97.2.0.192.in-addr.arpa PTR deep.mail.example.com
deep.mail.example.com A 192.0.2.97
pass.example.net TXT v=spf1 ip4:192.0.2.0/24 -all
fail.example.net TXT v=spf1 -all
soft.example.net TXT v=spf1 ~all
neutral.example.net TXT v=spf1 ?all
empty.example.net TXT v=spf1
broken.example.net TXT v=spf1 ip4:1.2.3 -all
twice.example.net TXT v=spf1 -all
twice.example.net TXT v=spf1 ~all
other.example.net TXT hello
down.example.net FAIL TXT
down.example.net FAIL A
down.example.net FAIL MX
mxdown.example.net MX 10 down.example.net
localhost.example.net A 127.0.0.2
192.0.2.1.list.example.net A 127.0.0.2
user.users.example.net A 127.0.0.2
null.example.net MX 0 .
)";

void rows(std::initializer_list<Row> all) {
  for (const Row& row : all) {
    Table table = world(std::string(common) + "example.com TXT " + row.record);
    CAPTURE(row.record);
    CAPTURE(row.ip);
    CHECK(std::string(spf::to_text(
              evaluate(table, row.ip, "user@example.com", "mail.example.com").result)) ==
          row.result);
  }
}

}  // namespace

TEST_CASE("spf evaluation: which record counts") {
  struct Choice {
    std::vector<const char*> records;
    const char* result;
  };
  for (const Choice& row : {
           Choice{{}, "none"},
           Choice{{"v=spf1"}, "neutral"},
           Choice{{"V=SPF1 -ALL"}, "fail"},
           Choice{{"v=spf1\t-all"}, "none"},
           Choice{{"v=spf10 -all"}, "none"},
           Choice{{"v=spf1-all"}, "none"},
           Choice{{" v=spf1 -all"}, "none"},
           Choice{{"v=spf2.0/pra -all"}, "none"},
           Choice{{"spf2.0/mfrom,pra -all"}, "none"},
           Choice{{"v=spf1 -all", "unrelated"}, "fail"},
           Choice{{"v=spf1 -all", "v=spf10 +all"}, "fail"},
           Choice{{"v=spf1 -all", "V=spf1 -all"}, "permerror"},
           Choice{{"v=spf1 -all", "v=spf1 ~all"}, "permerror"},
           Choice{{"v=spf1 -all   "}, "fail"},
           Choice{{"v=spf1    -all"}, "fail"},
       }) {
    Table table = world("mail.example.com A 192.0.2.1");
    for (const char* each : row.records) table.txt("example.com", each);
    CHECK(std::string(spf::to_text(
              evaluate(table, "192.0.2.1", "user@example.com", "h.example").result)) == row.result);
  }
}

TEST_CASE("spf evaluation: what is no domain has no policy") {
  Table table = world("example.com TXT v=spf1 -all\ncom TXT v=spf1 -all");
  for (const char* domain :
       {"com", "[192.0.2.1]", "192.0.2.1]", "example..com", "", ".", "a b.example.com",
        "b\xc3\xbc"
        "cher.example",
        "nowhere.example"}) {
    CAPTURE(domain);
    CHECK(evaluate(table, "192.0.2.1", "user@" + std::string(domain), "h.example").result ==
          spf::Result::none);
  }
  const std::string long_label(64, 'a');
  CHECK(evaluate(table, "192.0.2.1", "user@" + long_label + ".example.com", "h.example").result ==
        spf::Result::none);
  CHECK(evaluate(table, "192.0.2.1", "user@example.com.", "h.example").result == spf::Result::fail);
  CHECK(evaluate(table, "192.0.2.1", "user@EXAMPLE.com", "h.example").result == spf::Result::fail);
  Table down = world("example.com FAIL TXT");
  CHECK(evaluate(down, "192.0.2.1", "user@example.com", "h.example").result ==
        spf::Result::temperror);
}

TEST_CASE("spf evaluation: qualifiers and all") {
  rows({{"v=spf1 all", "192.0.2.1", "pass"},
        {"v=spf1 +all", "192.0.2.1", "pass"},
        {"v=spf1 -all", "192.0.2.1", "fail"},
        {"v=spf1 ~all", "192.0.2.1", "softfail"},
        {"v=spf1 ?all", "192.0.2.1", "neutral"},
        {"v=spf1 -ALL", "192.0.2.1", "fail"},
        {"v=spf1 -all:x", "192.0.2.1", "permerror"},
        {"v=spf1 -all/8", "192.0.2.1", "permerror"},
        {"v=spf1 -all.", "192.0.2.1", "permerror"},
        {"v=spf1 -all:", "192.0.2.1", "permerror"},
        {"v=spf1 --all", "192.0.2.1", "permerror"},
        {"v=spf1 - all", "192.0.2.1", "permerror"},
        {"v=spf1 ~ip4:192.0.2.1 -all", "192.0.2.1", "softfail"},
        {"v=spf1 ?ip4:192.0.2.1 -all", "192.0.2.1", "neutral"},
        {"v=spf1 -ip4:192.0.2.1 +all", "192.0.2.1", "fail"},
        {"v=spf1 -all include:gone.example.net", "192.0.2.1", "fail"},
        {"v=spf1 -all ip4:broken", "192.0.2.1", "permerror"},
        {"v=spf1 unknown -all", "192.0.2.1", "permerror"},
        {"v=spf1 +all; ", "192.0.2.1", "permerror"},
        {"v=spf1 \"-all\"", "192.0.2.1", "permerror"}});
}

TEST_CASE("spf evaluation: ip4 and ip6") {
  rows({{"v=spf1 ip4:192.0.2.1 -all", "192.0.2.1", "pass"},
        {"v=spf1 ip4:192.0.2.1 -all", "192.0.2.2", "fail"},
        {"v=spf1 IP4:192.0.2.1 -all", "192.0.2.1", "pass"},
        {"v=spf1 ip4:192.0.2.1 -all", "::ffff:192.0.2.1", "pass"},
        {"v=spf1 ip4:192.0.2.1 -all", "2001:db8::1", "fail"},
        {"v=spf1 ip4:192.0.2.77/24 -all", "192.0.2.1", "pass"},
        {"v=spf1 ip4:192.0.2.0/25 -all", "192.0.2.200", "fail"},
        {"v=spf1 ip4:0.0.0.0/0 -all", "192.0.2.1", "pass"},
        {"v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::1", "fail"},
        {"v=spf1 ip4:192.0.2.1/32 -all", "192.0.2.1", "pass"},
        {"v=spf1 ip4:192.0.2.1/33 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2.1/024 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2.1/ -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2.1//24 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2.1/-1 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2.1.5 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.002.1 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:192.0.2.256 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4: -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4=192.0.2.1 -all", "192.0.2.1", "fail"},
        {"v=spf1 ip4:mail.example.com -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip4:2001:db8::1 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ip6:2001:db8::/32 -all", "2001:db8::1", "pass"},
        {"v=spf1 ip6:2001:DB8::1 -all", "2001:db8::1", "pass"},
        {"v=spf1 ip6:2001:db8:0:0:0:0:0:1 -all", "2001:db8::1", "pass"},
        {"v=spf1 ip6:2001:db8::/129 -all", "2001:db8::1", "permerror"},
        {"v=spf1 ip6:2001:db8::/032 -all", "2001:db8::1", "permerror"},
        {"v=spf1 ip6:2001:db8::1::2 -all", "2001:db8::1", "permerror"},
        {"v=spf1 ip6:192.0.2.1 -all", "2001:db8::1", "permerror"},
        {"v=spf1 ip6 -all", "2001:db8::1", "permerror"},
        {"v=spf1 ip6: -all", "2001:db8::1", "permerror"},
        {"v=spf1 ip6:::/0 -all", "2001:db8::1", "pass"},
        {"v=spf1 ip6:::/0 -all", "192.0.2.1", "fail"},
        {"v=spf1 ip6:::ffff:192.0.2.1 -all", "::ffff:192.0.2.1", "fail"},
        {"v=spf1 ip6:::ffff:192.0.2.1 -all", "192.0.2.1", "fail"}});
}

TEST_CASE("spf evaluation: a") {
  rows({{"v=spf1 a -all", "192.0.2.10", "pass"},
        {"v=spf1 a -all", "192.0.2.1", "fail"},
        {"v=spf1 a:mail.example.com -all", "192.0.2.1", "pass"},
        {"v=spf1 A:Mail.Example.COM -all", "192.0.2.1", "pass"},
        {"v=spf1 a:mail.example.com -all", "2001:db8::1", "pass"},
        {"v=spf1 a:v4only.example.com -all", "2001:db8::1", "fail"},
        {"v=spf1 a:mail.example.com. -all", "192.0.2.1", "pass"},
        {"v=spf1 a/24 -all", "192.0.2.1", "pass"},
        {"v=spf1 a:mail.example.com/24 -all", "192.0.2.200", "pass"},
        {"v=spf1 a:mail.example.com/0 -all", "198.51.100.1", "pass"},
        {"v=spf1 a:mail.example.com//64 -all", "2001:db8::2", "pass"},
        {"v=spf1 a:mail.example.com//0 -all", "2001:db9::2", "pass"},
        {"v=spf1 a:mail.example.com/24//64 -all", "192.0.2.200", "pass"},
        {"v=spf1 a:mail.example.com/24//64 -all", "2001:db8::2", "pass"},
        {"v=spf1 a:mail.example.com/24 -all", "2001:db8::2", "fail"},
        {"v=spf1 a//64 -all", "192.0.2.10", "pass"},
        {"v=spf1 a/33 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a//129 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a/024 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a//064 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a/24/64 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a///64 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a/ -all", "192.0.2.10", "permerror"},
        {"v=spf1 a:/24 -all", "192.0.2.10", "permerror"},
        {"v=spf1 a: -all", "192.0.2.10", "permerror"},
        {"v=spf1 a:mail -all", "192.0.2.10", "permerror"},
        {"v=spf1 a:192.0.2.1 -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail.example.123 -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail.example.com:25 -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail.example.-com -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail.example.com- -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail.example.1a-2 -all", "192.0.2.1", "fail"},
        {"v=spf1 a:mail.exa_mple.com -all", "192.0.2.1", "fail"},
        {"v=spf1 a:one:two/three.example.com -all", "192.0.2.1", "fail"},
        {"v=spf1 a:mail%% -all", "192.0.2.1", "fail"},
        {"v=spf1 a:mail%%_ -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail.example.com%%- -all", "192.0.2.1", "permerror"},
        {"v=spf1 a:mail..example.com -all", "192.0.2.1", "fail"},
        {"v=spf1 a:gone.example.com -all", "192.0.2.1", "fail"},
        {"v=spf1 a:down.example.net -all", "192.0.2.1", "temperror"},
        {"v=spf1 ip4:192.0.2.1 a:down.example.net -all", "192.0.2.1", "pass"}});
}

TEST_CASE("spf evaluation: mx") {
  rows({{"v=spf1 mx -all", "192.0.2.20", "pass"},
        {"v=spf1 mx -all", "192.0.2.21", "pass"},
        {"v=spf1 mx -all", "192.0.2.10", "fail"},
        {"v=spf1 mx -all", "2001:db8::21", "pass"},
        {"v=spf1 MX:example.com -all", "192.0.2.20", "pass"},
        {"v=spf1 mx/24 -all", "192.0.2.1", "pass"},
        {"v=spf1 mx//64 -all", "2001:db8::7", "pass"},
        {"v=spf1 mx:example.com/24//64 -all", "2001:db8::7", "pass"},
        {"v=spf1 mx/33 -all", "192.0.2.20", "permerror"},
        {"v=spf1 mx: -all", "192.0.2.20", "permerror"},
        {"v=spf1 mx:example -all", "192.0.2.20", "permerror"},
        {"v=spf1 mx:mail.example.com -all", "192.0.2.1", "fail"},
        {"v=spf1 mx:null.example.net -all", "192.0.2.1", "fail"},
        {"v=spf1 mx:down.example.net -all", "192.0.2.1", "temperror"},
        {"v=spf1 mx:mxdown.example.net -all", "192.0.2.1", "temperror"}});
}

TEST_CASE("spf evaluation: exists") {
  rows({{"v=spf1 exists:localhost.example.net -all", "192.0.2.1", "pass"},
        {"v=spf1 exists:localhost.example.net -all", "2001:db8::1", "pass"},
        {"v=spf1 exists:%{i}.list.example.net -all", "192.0.2.1", "pass"},
        {"v=spf1 exists:%{i}.list.example.net -all", "192.0.2.2", "fail"},
        {"v=spf1 exists:%{l}.users.example.net -all", "192.0.2.1", "pass"},
        {"v=spf1 exists:gone.example.net -all", "192.0.2.1", "fail"},
        {"v=spf1 exists:down.example.net -all", "192.0.2.1", "temperror"},
        {"v=spf1 exists:localhost.example.net/24 -all", "192.0.2.1", "permerror"},
        {"v=spf1 exists: -all", "192.0.2.1", "permerror"},
        {"v=spf1 exists -all", "192.0.2.1", "permerror"}});
}

TEST_CASE("spf evaluation: ptr") {
  rows({{"v=spf1 ptr -all", "192.0.2.1", "pass"},
        {"v=spf1 ptr -all", "192.0.2.97", "pass"},
        {"v=spf1 ptr -all", "192.0.2.99", "fail"},
        {"v=spf1 ptr -all", "192.0.2.98", "fail"},
        {"v=spf1 ptr -all", "192.0.2.50", "fail"},
        {"v=spf1 ptr:mail.example.com -all", "192.0.2.1", "pass"},
        {"v=spf1 PTR:MAIL.example.com -all", "192.0.2.97", "pass"},
        {"v=spf1 ptr:ail.example.com -all", "192.0.2.1", "fail"},
        {"v=spf1 ptr: -all", "192.0.2.1", "permerror"},
        {"v=spf1 ptr:com -all", "192.0.2.1", "permerror"},
        {"v=spf1 ptr/24 -all", "192.0.2.1", "permerror"},
        {"v=spf1 ptr:example.com/24 -all", "192.0.2.1", "permerror"}});
}

TEST_CASE("spf evaluation: a failed look-up of names is no match, of one name's address a skip") {
  Table table = world("example.com TXT v=spf1 ptr -all\n1.2.0.192.in-addr.arpa FAIL PTR");
  CHECK(evaluate(table, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::fail);
  Table one = world(
      "example.com TXT v=spf1 ptr -all\n1.2.0.192.in-addr.arpa PTR a.example.com\n"
      "1.2.0.192.in-addr.arpa PTR b.example.com\na.example.com FAIL A\nb.example.com A 192.0.2.1");
  CHECK(evaluate(one, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::pass);
}

TEST_CASE("spf evaluation: include takes only a pass") {
  rows({{"v=spf1 include:pass.example.net -all", "192.0.2.1", "pass"},
        {"v=spf1 -include:pass.example.net +all", "192.0.2.1", "fail"},
        {"v=spf1 ~include:pass.example.net -all", "192.0.2.1", "softfail"},
        {"v=spf1 include:pass.example.net ~all", "198.51.100.1", "softfail"},
        {"v=spf1 include:fail.example.net ~all", "192.0.2.1", "softfail"},
        {"v=spf1 include:soft.example.net -all", "192.0.2.1", "fail"},
        {"v=spf1 include:neutral.example.net -all", "192.0.2.1", "fail"},
        {"v=spf1 include:empty.example.net -all", "192.0.2.1", "fail"},
        {"v=spf1 include:broken.example.net -all", "192.0.2.1", "permerror"},
        {"v=spf1 include:twice.example.net -all", "192.0.2.1", "permerror"},
        {"v=spf1 include:other.example.net -all", "192.0.2.1", "permerror"},
        {"v=spf1 include:gone.example.net -all", "192.0.2.1", "permerror"},
        {"v=spf1 include:down.example.net -all", "192.0.2.1", "temperror"},
        {"v=spf1 include:example.com -all", "192.0.2.1", "permerror"},
        {"v=spf1 include: -all", "192.0.2.1", "permerror"},
        {"v=spf1 include -all", "192.0.2.1", "permerror"},
        {"v=spf1 include:pass.example.net/24 -all", "192.0.2.1", "permerror"},
        {"v=spf1 include:net -all", "192.0.2.1", "permerror"},
        {"v=spf1 include=pass.example.net -all", "192.0.2.1", "fail"},
        {"v=spf1 ip4:192.0.2.1 include:gone.example.net -all", "192.0.2.1", "pass"},
        {"v=spf1 include:gone..example.net -all", "192.0.2.1", "permerror"}});
}

TEST_CASE("spf evaluation: redirect and other modifiers") {
  rows({{"v=spf1 redirect=pass.example.net", "192.0.2.1", "pass"},
        {"v=spf1 redirect=pass.example.net", "198.51.100.1", "fail"},
        {"v=spf1 REDIRECT=soft.example.net", "192.0.2.1", "softfail"},
        {"v=spf1 redirect=empty.example.net", "192.0.2.1", "neutral"},
        {"v=spf1 redirect=pass.example.net ip4:198.51.100.1", "198.51.100.1", "pass"},
        {"v=spf1 redirect=pass.example.net ?all", "192.0.2.1", "neutral"},
        {"v=spf1 redirect=gone.example.net", "192.0.2.1", "permerror"},
        {"v=spf1 redirect=other.example.net", "192.0.2.1", "permerror"},
        {"v=spf1 redirect=broken.example.net", "192.0.2.1", "permerror"},
        {"v=spf1 redirect=down.example.net", "192.0.2.1", "temperror"},
        {"v=spf1 redirect=example.com", "192.0.2.1", "permerror"},
        {"v=spf1 redirect= -all", "192.0.2.1", "permerror"},
        {"v=spf1 redirect=net", "192.0.2.1", "permerror"},
        {"v=spf1 redirect:pass.example.net -all", "192.0.2.1", "permerror"},
        {"v=spf1 redirect=a.example.net redirect=b.example.net", "192.0.2.1", "permerror"},
        {"v=spf1 redirect=pass.example.net/24", "192.0.2.1", "permerror"},
        {"v=spf1 exp=a.example.net exp=b.example.net -all", "192.0.2.1", "permerror"},
        {"v=spf1 exp= -all", "192.0.2.1", "permerror"},
        {"v=spf1 exp -all", "192.0.2.1", "permerror"},
        {"v=spf1 exp=a.example.net/24 -all", "192.0.2.1", "permerror"},
        {"v=spf1 default=pass -all", "192.0.2.1", "fail"},
        {"v=spf1 moo.cow-far_out=man:dog/cat -all", "192.0.2.1", "fail"},
        {"v=spf1 moo= -all", "192.0.2.1", "fail"},
        {"v=spf1 moo=%{d}%%%_%-x -all", "192.0.2.1", "fail"},
        {"v=spf1 moo=%{x} -all", "192.0.2.1", "permerror"},
        {"v=spf1 moo=%a -all", "192.0.2.1", "permerror"},
        {"v=spf1 moo=% -all", "192.0.2.1", "permerror"},
        {"v=spf1 moo/cow=x -all", "192.0.2.1", "permerror"},
        {"v=spf1 =x -all", "192.0.2.1", "permerror"},
        {"v=spf1 1moo=x -all", "192.0.2.1", "permerror"},
        {"v=spf1 moo!=x -all", "192.0.2.1", "permerror"},
        {"v=spf1 moo=a moo=b -all", "192.0.2.1", "fail"}});
}

TEST_CASE("spf evaluation: octets outside visible ASCII break the record") {
  for (const char* record : {"v=spf1 a:m\xc3\xbcll.example.com -all", "v=spf1\xc2\xa0-all x",
                             "v=spf1 -all\x7f", "v=spf1 moo=\xc3\xbc -all",
                             "v=spf1 ip4:192.0.2.1\t-all", "v=spf1 a:x\x01.example.com -all"}) {
    Table table;
    table.txt("example.com", record);
    const auto result = evaluate(table, "192.0.2.1", "u@example.com", "h.example").result;
    CHECK((result == spf::Result::permerror || result == spf::Result::none));
  }
}

TEST_CASE("spf evaluation: macros in targets") {
  struct Expansion {
    const char* spec;
    const char* sender;
    const char* asked;
  };
  for (const Expansion& row : {
           Expansion{"%{s}.example.net", "strong-bad@email.example.com",
                     "strong-bad@email.example.com.example.net"},
           Expansion{"%{o}.example.net", "strong-bad@email.example.com",
                     "email.example.com.example.net"},
           Expansion{"%{d}.example.net", "strong-bad@email.example.com",
                     "email.example.com.example.net"},
           Expansion{"%{d4}.example.net", "strong-bad@email.example.com",
                     "email.example.com.example.net"},
           Expansion{"%{d2}.example.net", "strong-bad@email.example.com",
                     "example.com.example.net"},
           Expansion{"%{d1}.example.net", "strong-bad@email.example.com", "com.example.net"},
           Expansion{"%{d99}.example.net", "strong-bad@email.example.com",
                     "email.example.com.example.net"},
           Expansion{"%{dr}.example.net", "strong-bad@email.example.com",
                     "com.example.email.example.net"},
           Expansion{"%{d2r}.example.net", "strong-bad@email.example.com",
                     "example.email.example.net"},
           Expansion{"%{l}.example.net", "strong-bad@email.example.com", "strong-bad.example.net"},
           Expansion{"%{l-}.example.net", "strong-bad@email.example.com", "strong.bad.example.net"},
           Expansion{"%{lr-}.example.net", "strong-bad@email.example.com",
                     "bad.strong.example.net"},
           Expansion{"%{l1r-}.example.net", "strong-bad@email.example.com", "strong.example.net"},
           Expansion{"%{l1R-}.example.net", "strong-bad@email.example.com", "strong.example.net"},
           Expansion{"%{l2+-/}.example.net", "a+b/c-d@email.example.com", "c.d.example.net"},
           Expansion{"%{ir}.%{v}.example.net", "x@email.example.com",
                     "3.2.0.192.in-addr.example.net"},
           Expansion{"%{h}.example.net", "x@email.example.com", "mx.helo.example.example.net"},
           Expansion{"a%%b.example.net", "x@email.example.com", "a%b.example.net"},
           Expansion{"a%-b.example.net", "x@email.example.com", "a%20b.example.net"},
           Expansion{"a%_b.example.net", "x@email.example.com", "a\\032b.example.net"},
           Expansion{"%{L}.example.net", "a+b@email.example.com", "a%2bb.example.net"},
           Expansion{"%{l}.example.net", "email.example.com", "postmaster.example.net"},
           Expansion{"%{l}.example.net", "@email.example.com", "postmaster.example.net"},
           Expansion{"%{p}.example.net", "x@email.example.com", "unknown.example.net"},
           Expansion{"%{d}", "x@email.example.com", "email.example.com"},
       }) {
    CAPTURE(row.spec);
    Table table = world("email.example.com TXT v=spf1 exists:" + std::string(row.spec) + " -all");
    table.dns(row.asked, DnsType::a).addresses = {*Address::parse("127.0.0.2")};
    CHECK(evaluate(table, "192.0.2.3", row.sender, "mx.helo.example").result == spf::Result::pass);
  }
}

TEST_CASE("spf evaluation: macros that the grammar refuses") {
  for (const char* spec :
       {"%{x}.example.net", "%{}.example.net", "%{d0}.example.net", "%{d.example.net",
        "%d.example.net", "%.example.net", "%(d).example.net", "%{c}.example.net",
        "%{r}.example.net", "%{t}.example.net", "%{d;}.example.net", "%{dr2}.example.net",
        "%{2d}.example.net", "%{d}net", "%{d}.123", "%{ d}.example.net", "%{dd}.example.net",
        "x%{d}.-"}) {
    CAPTURE(spec);
    Table table = world("example.com TXT v=spf1 exists:" + std::string(spec) + " -all");
    CHECK(evaluate(table, "192.0.2.1", "u@example.com", "h.example").result ==
          spf::Result::permerror);
  }
}

TEST_CASE("spf evaluation: addresses of version 6 in macros") {
  Table table = world(
      "example.com TXT v=spf1 exists:%{ir}.%{v}.list.example.net -all\n"
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.list.example.net A "
      "127.0.0.2");
  CHECK(evaluate(table, "2001:db8::1", "u@example.com", "h.example").result == spf::Result::pass);
  // A mapped client is an IPv4 client in macros too.
  Table mapped = world(
      "example.com TXT v=spf1 exists:%{i}.%{v}.list.example.net -all\n"
      "192.0.2.1.in-addr.list.example.net A 127.0.0.2");
  CHECK(evaluate(mapped, "::ffff:192.0.2.1", "u@example.com", "h.example").result ==
        spf::Result::pass);
}

TEST_CASE("spf evaluation: a long name is cut from the left, label by label") {
  const std::string local = std::string(60, 'a') + "." + std::string(60, 'b') + "." +
                            std::string(60, 'c') + "." + std::string(60, 'd');
  Table table = world("example.com TXT v=spf1 exists:%{l}.lists.example.net -all");
  const std::string kept = std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                           std::string(60, 'd') + ".lists.example.net";
  table.address(kept, "127.0.0.2");
  CHECK(evaluate(table, "192.0.2.1", local + "@example.com", "h.example").result ==
        spf::Result::pass);
}

TEST_CASE("spf evaluation: the validated name prefers the domain, then names below it") {
  const std::string names =
      "1.2.0.192.in-addr.arpa PTR aaa.example.net\n1.2.0.192.in-addr.arpa PTR mail.example.com\n"
      "aaa.example.net A 192.0.2.1\nmail.example.com A 192.0.2.1\n";
  Table below = world(names +
                      "example.com TXT v=spf1 exists:%{p}.seen.example "
                      "-all\nmail.example.com.seen.example A 127.0.0.2");
  CHECK(evaluate(below, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::pass);
  Table any = world(names +
                    "example.org TXT v=spf1 exists:%{p}.seen.example "
                    "-all\naaa.example.net.seen.example A 127.0.0.2");
  CHECK(evaluate(any, "192.0.2.1", "u@example.org", "h.example").result == spf::Result::pass);
  Table itself = world(
      names +
      "1.2.0.192.in-addr.arpa PTR example.com\nexample.com A 192.0.2.1\n"
      "example.com TXT v=spf1 exists:%{p}.seen.example -all\nexample.com.seen.example A 127.0.0.2");
  CHECK(evaluate(itself, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::pass);
}

TEST_CASE("spf evaluation: explanations") {
  struct Why {
    const char* lines;
    const char* text;
  };
  for (const Why& row : {
           Why{"example.com TXT v=spf1 exp=why.example.com -all\nwhy.example.com TXT No mail from "
               "%{i} for %{d}.",
               "No mail from 192.0.2.1 for example.com."},
           Why{"example.com TXT v=spf1 -all exp=why.example.com\nwhy.example.com TXT See %{S} %{c} "
               "%{t} %{r} %{h}",
               "See u%40example.com 192.0.2.1 1795262400 unknown h.example"},
           Why{"example.com TXT v=spf1 exp=why.example.com -all", ""},
           Why{"example.com TXT v=spf1 exp=why.example.com -all\nwhy.example.com TXT "
               "one\nwhy.example.com TXT two",
               ""},
           Why{"example.com TXT v=spf1 exp=why.example.com -all\nwhy.example.com FAIL TXT", ""},
           Why{"example.com TXT v=spf1 exp=why.example.com -all\nwhy.example.com TXT bad %{x}", ""},
           Why{"example.com TXT v=spf1 exp=why.example.com -all\nwhy.example.com TXT "
               "gr\xc3\xbc\xc3\x9f",
               ""},
           Why{"example.com TXT v=spf1 exp=why.example.com redirect=r.example.com\nr.example.com "
               "TXT v=spf1 -all\n"
               "why.example.com TXT mine",
               ""},
           Why{"example.com TXT v=spf1 redirect=r.example.com\nr.example.com TXT v=spf1 "
               "exp=why.example.com -all\n"
               "why.example.com TXT %{d}",
               "r.example.com"},
           Why{"example.com TXT v=spf1 include:i.example.com -all\ni.example.com TXT v=spf1 "
               "exp=why.example.com -all\n"
               "why.example.com TXT theirs",
               ""},
           Why{"example.com TXT v=spf1 exp=why.example.com ~all\nwhy.example.com TXT soft", ""},
       }) {
    Table table = world(row.lines);
    CAPTURE(row.lines);
    CHECK(evaluate(table, "192.0.2.1", "u@example.com", "h.example").explanation == row.text);
  }
}

TEST_CASE("spf evaluation: ten look-ups and no more") {
  const auto record = [](int count) {
    std::string out = "example.com TXT v=spf1";
    for (int i = 0; i < count; ++i) out += " a:h" + std::to_string(i) + ".example.com";
    out += " -all\n";
    for (int i = 0; i < count; ++i)
      out += "h" + std::to_string(i) + ".example.com A 198.51.100.1\n";
    return out;
  };
  Table ten = world(record(10));
  CHECK(evaluate(ten, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::fail);
  CHECK(told.lookups == 10);
  Table eleven = world(record(11));
  CHECK(evaluate(eleven, "192.0.2.1", "u@example.com", "h.example").result ==
        spf::Result::permerror);
  CHECK(told.reason == "more than 10 lookups");
  // A match before the eleventh ends the evaluation in time.
  CHECK(evaluate(eleven, "198.51.100.1", "u@example.com", "h.example").result == spf::Result::pass);
}

TEST_CASE("spf evaluation: the limit counts the whole tree") {
  std::string lines =
      "example.com TXT v=spf1 include:n1.example.net include:n2.example.net -all\n"
      "n1.example.net TXT v=spf1 a:h1.example.net a:h2.example.net a:h3.example.net "
      "a:h4.example.net -all\n"
      "n2.example.net TXT v=spf1 a:h5.example.net a:h6.example.net a:h7.example.net "
      "a:h8.example.net a:h9.example.net -all\n";
  for (int i = 1; i < 10; ++i) lines += "h" + std::to_string(i) + ".example.net A 198.51.100.1\n";
  Table table = world(lines);
  CHECK(evaluate(table, "192.0.2.1", "u@example.com", "h.example").result ==
        spf::Result::permerror);
}

TEST_CASE("spf evaluation: two void look-ups and no more") {
  Table two = world("example.com TXT v=spf1 a:x.gone.example mx:y.gone.example -all");
  CHECK(evaluate(two, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::fail);
  CHECK(told.voids == 2);
  Table three =
      world("example.com TXT v=spf1 a:x.gone.example mx:y.gone.example exists:z.gone.example -all");
  CHECK(evaluate(three, "192.0.2.1", "u@example.com", "h.example").result ==
        spf::Result::permerror);
}

TEST_CASE("spf evaluation: an mx of more than ten hosts, an address of more than ten names") {
  std::string lines = "example.com TXT v=spf1 mx -all\nexample.org TXT v=spf1 mx -all\n";
  for (int i = 10; i < 21; ++i) {
    const std::string host = "m" + std::to_string(i) + ".example.com";
    lines += "example.com MX 10 " + host + "\n" + host + " A 192.0.2." + std::to_string(i) + "\n";
    if (i < 20) lines += "example.org MX 10 " + host + "\n";
  }
  Table table = world(lines);
  CHECK(evaluate(table, "192.0.2.99", "u@example.com", "h.example").result ==
        spf::Result::permerror);
  CHECK(evaluate(table, "192.0.2.99", "u@example.org", "h.example").result == spf::Result::fail);
  CHECK(evaluate(table, "192.0.2.19", "u@example.org", "h.example").result == spf::Result::pass);

  std::string names = "example.com TXT v=spf1 ptr -all\n";
  for (int i = 10; i < 21; ++i) {
    const std::string host = "n" + std::to_string(i) + (i == 20 ? ".example.com" : ".example.net");
    names += "1.2.0.192.in-addr.arpa PTR " + host + "\n" + host + " A 192.0.2.1\n";
  }
  Table many = world(names);
  CHECK(evaluate(many, "192.0.2.1", "u@example.com", "h.example").result == spf::Result::fail);
}

TEST_CASE("spf evaluation: says what matched") {
  Table table = world(
      "example.com TXT v=spf1 include:i.example.com ~all\ni.example.com TXT v=spf1 ip4:192.0.2.1 "
      "-all");
  CHECK(evaluate(table, "192.0.2.1", "u@example.com", "h.example").mechanism ==
        "include:i.example.com");
  REQUIRE(told.steps.size() == 2);
  CHECK(told.steps[0].outcome == "match");
  CHECK(told.steps[1].domain == "i.example.com");
  CHECK(evaluate(table, "192.0.2.2", "u@example.com", "h.example").mechanism == "~all");
}

TEST_CASE("spf evaluation: a deep tree takes few passes") {
  std::string lines;
  for (int i = 0; i < 10; ++i)
    lines += "d" + std::to_string(i) + ".example.com TXT v=spf1 include:d" + std::to_string(i + 1) +
             ".example.com -all\n";
  lines += "d10.example.com TXT v=spf1 ip4:192.0.2.1 -all";
  Table table = world(lines);
  CHECK(evaluate(table, "192.0.2.1", "u@d0.example.com", "h.example").result == spf::Result::pass);
  CHECK(table.passes() <= 14);
}

namespace {

SenderQuestion question{*Name::parse("example.com")};

Judgement judge_question(const Domain&, Facts& facts) { return judge_sender(question, facts); }
const Check sender_check{"sender", "", no_ladder, judge_question};

std::string sent(const char* from, const char* helo) {
  Table table = world("example.com TXT v=spf1 -all\nhelo.example TXT v=spf1 ip4:192.0.2.1 -all");
  question.ip = *Address::parse("192.0.2.1");
  question.mail_from = from;
  question.helo = helo;
  const Value facts = table.judge(sender_check, "example.com").facts["check_host"];
  return std::string(*facts["result"].as_string()) + " " +
         std::string(*facts["identity"].as_string());
}

}  // namespace

TEST_CASE("spf sender: the null sender is judged by the HELO name") {
  CHECK(sent("user@example.com", "helo.example") == "fail mailfrom");
  CHECK(sent("<user@example.com>", "helo.example") == "fail mailfrom");
  CHECK(sent("example.com", "helo.example") == "fail mailfrom");
  CHECK(sent("", "helo.example") == "pass helo");
  CHECK(sent("<>", "helo.example") == "pass helo");
  CHECK(sent("", "") == "fail helo");
}

#include "bench/sections/sections.h"

namespace mailfleet::bench {
namespace {

constexpr Section table[] = {
    {"judge", judge_section, false},       {"dns", dns_section, false},
    {"starttls", starttls_section, false}, {"check", check_section, false},
    {"sharing", sharing_section, false},   {"store", store_section, false},
    {"metrics", metrics_section, false},   {"feed", feed_section, false},
    {"http", http_section, false},         {"pages", pages_section, false},
    {"tarpit", tarpit_section, true},      {"overload", overload_section, true},
    {"quiet", quiet_section, true},        {"latency", latency_section, false},
    {"restart", restart_section, false},   {"alerts", alerts_section, false},
    {"soak", soak_section, false},         {"curves", curves_section, false},
    {"peers", peers_section, false},
};

}  // namespace

std::span<const Section> all_sections() { return table; }

}  // namespace mailfleet::bench

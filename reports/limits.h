// What a report may ask of us. Reports come from strangers: each bound is far above what honest
// reporters send, and far below what hurts.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mailfleet::reports {

constexpr size_t max_file_bytes = 16 << 20;      // as it was sent; the largest mail people may send
constexpr size_t max_document_bytes = 32 << 20;  // unpacked: some 50,000 records
constexpr size_t max_unpack_ratio = 250;         // XML shrinks to a tenth, seldom to a hundredth
constexpr size_t unpack_ratio_from = 1 << 20;    // octets; below it the ratio does not matter
constexpr size_t max_zip_entries = 16;           // one report, and what packers leave beside it
constexpr size_t max_message_parts = 100;
constexpr size_t max_message_depth = 8;  // multiparts in multiparts
constexpr size_t max_message_header_bytes = 256 << 10;
constexpr size_t max_xml_tags = 2'000'000;  // each takes memory
constexpr size_t max_records = 100'000;
constexpr size_t max_json_bytes = 8 << 20;  // a policy has some 500 octets
constexpr size_t max_json_depth = 16;       // RFC 8460 §4.4 needs five
constexpr size_t max_policies = 1'000;
constexpr size_t max_failure_details = 100'000;
constexpr size_t max_result_types = 64;      // RFC 8460 §4.3 names fifteen
constexpr size_t max_name_characters = 255;  // of who reports, and of the report's ID
// More than the world's mail of a day, and small enough that sums of reports cannot overflow.
constexpr int64_t max_count = 1'000'000'000'000;
constexpr std::chrono::days max_period{31};

}  // namespace mailfleet::reports

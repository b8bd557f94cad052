// `mailfleet feed …`: the consumer's and the publisher's side of the feed, on files.
#pragma once

#include <string>
#include <vector>

namespace mailfleet {

struct FeedShowOptions {
  std::string file{};
  bool json = false;
};
struct FeedKeygenOptions {
  std::string file{};
};
struct FeedVerifyOptions {
  std::string file{};
  std::string key{};        // a minisign public key file, its "RW…" text, or a keys.json
  std::string signature{};  // default: FILE.sig, else FILE.jws
  std::string state{};      // remembers what was accepted, so that the feed cannot go back
  bool json = false;
};
struct FeedExportOptions {
  std::string format{};  // postfix, exim, exchange, csv, starttls-everywhere
  std::string file{};
  std::string key{};
  std::string signature{};
  std::string output{};  // default: standard output
  std::string tier = "T2";
  std::string on_expiry = "keep";
  std::string postfix_version = "3.7";
  std::string dane = "dane-only";  // or leave-out
  std::vector<std::string> suffixes{};
  std::string suffix_level = "encrypt";  // or verify
  std::string exceptions{};              // exceptions.json, for the suffixes
  bool allow_unsigned = false;
};
struct FeedDiffOptions {
  std::string older{};
  std::string newer{};
  bool json = false;
};

int run_feed_show(const FeedShowOptions& options);
int run_feed_keygen(const FeedKeygenOptions& options);
int run_feed_verify(const FeedVerifyOptions& options);
int run_feed_export(const FeedExportOptions& options);
int run_feed_diff(const FeedDiffOptions& options);

}  // namespace mailfleet

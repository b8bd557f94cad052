// Publishes the feed: presses editions from what the state holds, signs them, writes them down, and
// hands the documents to the web face and to publish_dir. Network thread; files are small and
// written whole or not at all.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "exporter/feed/documents.h"
#include "exporter/feed/press.h"
#include "exporter/snapshot.h"
#include "monitor/config.h"
#include "monitor/store/ledger.h"

namespace mailfleet {

// In the store and in publish_dir; the contract says at least ten. Only the newest is in memory:
// with 100,000 entries one is some 56 MB.
constexpr size_t editions_kept = 20;
// Changes that come together make one edition.
constexpr Seconds least_edition_gap{2};

class Publisher {
 public:
  struct Parts {
    // Writes the edition down, then calls back with whether it is on the disk.
    std::function<void(EditionRow, std::function<void(bool)>)> save{};
    std::function<void(FeedView)> show{};
    std::function<void(size_t falling, size_t active)> held{};
    std::function<void()> released{};
    std::function<void(const std::string& what)> trouble{};
  };

  // Throws std::runtime_error for a signing key that cannot be used.
  Publisher(const TrustConfig& config, std::string base_url, Parts parts);
  // What was published last, and all transitions.
  void restore(const std::optional<EditionRow>& last,
               const std::vector<TransitionRow>& transitions);

  // What the press must know of one domain now; a domain that is not listed is taken out.
  void set_entry(PressEntry entry);
  void set_exception(const Name& domain, std::optional<FeedException> exception);
  std::vector<Name> excepted() const;
  // By a person's word, of a domain that nothing else is remembered of. False when the last edition
  // does not name it, or says so already.
  bool withdraw(const Name& domain, Time now);
  // Whether it is in the last edition, or will be in the next.
  bool names(const Name& domain) const {
    return entries_.contains(domain) || last_entry(domain) != nullptr;
  }
  // The name of its organisation in the last edition.
  std::string organisation(const Name& domain) const;
  std::vector<Name> domains() const;  // the entries that are set
  void moved(const Name& domain, const TrustTransition& transition, Time at);
  // A person lets the held edition pass. False when none is held.
  bool acknowledge();

  void tick(Time now);
  uint64_t serial() const { return state_.serial; }

 private:
  const FeedEntry* last_entry(const Name& domain) const;
  void publish(Pressed pressed, Time now);
  void show(Time now);
  void write_files(const FeedView& view);
  void write_edition(const std::filesystem::path& folder) const;
  FeedView view_at(Time now) const;
  void add_documents(FeedView& view, Time now) const;

  TrustConfig config_;
  PressSettings settings_;
  Parts parts_;
  std::optional<SigningKey> key_{};
  std::optional<SigningKey> next_key_{};
  std::map<Name, PressEntry> entries_{};
  std::map<Name, FeedException> exceptions_{};
  std::vector<std::string> change_lines_{};
  struct Kept {
    uint64_t serial = 0;
    Time issued{};
    Time expires{};
    DocumentPtr body{};
    DocumentPtr signature{};  // null: not signed
    DocumentPtr jws{};
  };
  void keep(const EditionRow& row);
  std::optional<Kept> newest_{};
  bool shown_ = false;
  PressState state_{};
  bool news_ = true;
  bool saving_ = false;
  bool held_ = false;
  std::optional<Time> pressed_at_{};
};

}  // namespace mailfleet

#include "monitor/probe/suffix_list.h"

#include <libpsl.h>

namespace mailfleet {
namespace {

constexpr char list_file[] = "/usr/share/publicsuffix/public_suffix_list.dafsa";

}  // namespace

struct SuffixList::Parts {
  psl_ctx_t* loaded = psl_load_file(list_file);
  const psl_ctx_t* list = loaded ? loaded : psl_builtin();

  Parts() = default;
  ~Parts() { psl_free(loaded); }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
};

SuffixList::SuffixList() : parts_(std::make_unique<Parts>()) {}
SuffixList::~SuffixList() = default;

SuffixObservation SuffixList::look_up(const Name& name) const {
  if (!parts_->list) return {.outcome = Outcome::failed};
  SuffixObservation out{.outcome = Outcome::answered};
  out.is_suffix = psl_is_public_suffix(parts_->list, name.text().c_str()) == 1;
  if (const char* found = psl_registrable_domain(parts_->list, name.text().c_str()))
    out.registrable = Name::from_dns(found);
  return out;
}

}  // namespace mailfleet

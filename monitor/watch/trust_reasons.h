// The codes that say why an entry of the trusted list is where it is, or why it moved: a promise to
// readers of the feed, each with a text in English and Welsh. Beside them stand the kinds of the
// regressions that suspend.
#pragma once

#include <array>
#include <string_view>

namespace mailfleet {

constexpr std::array<std::string_view, 24> trust_reasons{"admitted",
                                                         "agreement-date-ahead",
                                                         "certificate-not-trusted",
                                                         "certificate-unknown",
                                                         "commitment-ended",
                                                         "commitment-ending",
                                                         "left-the-list",
                                                         "mx-moved",
                                                         "mx-unknown",
                                                         "no-agreement",
                                                         "no-own-commitment",
                                                         "no-usable-mx",
                                                         "not-verified",
                                                         "opted-out",
                                                         "own-commitment-unknown",
                                                         "readmitted",
                                                         "recovered",
                                                         "stale",
                                                         "takes-no-mail",
                                                         "tier-raised",
                                                         "tls-missing",
                                                         "tls-unknown",
                                                         "window-not-full",
                                                         "not-authenticated"};

constexpr std::array<std::string_view, 10> suspending_kinds{
    "cert-expired", "cert-name-mismatch", "cert-untrusted",  "dane-mismatch", "mta-sts-mx-mismatch",
    "mx-added",     "mx-removed",         "starttls-broken", "starttls-lost", "tls-downgraded"};

}  // namespace mailfleet

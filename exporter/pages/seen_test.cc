#include "exporter/pages/seen.h"

#include <doctest/doctest.h>

using namespace mailfleet;

TEST_CASE("seen: words of ours are told in the reader's language") {
  struct Row {
    const char* code;
    const char* english;
    const char* welsh;
  };
  for (const Row& row : {
           Row{"mx-no-address", "no A or AAAA record", "dim cofnod A nac AAAA"},
           Row{"mx-many-addresses", "3 more not probed", "heb eu harchwilio: 3"},
           Row{"mx-cname", "an alias (CNAME)", "alias (CNAME)"},
           Row{"spf-lookup-limit", "11 look-ups", "nifer y chwiliadau: 11"},
           Row{"spf-lookups-near-limit", "9 look-ups", "nifer y chwiliadau: 9"},
           Row{"spf-void-limit", "3 look-ups without an answer", "nifer y chwiliadau heb ateb: 3"},
           Row{"spf-mx-limit", "mx: 11 hosts", "mx: nifer y gweinyddion: 11"},
           Row{"starttls-unreachable", "1 of 2 reachable; not reached: mx2.example.uk 192.0.2.2",
               "wedi cyrraedd 1 o 2; heb eu cyrraedd: mx2.example.uk 192.0.2.2"},
           Row{"certificate-expired",
               "valid 2026-08-01T00:00:00Z to 2026-11-01T00:00:00Z (192.0.2.1, 2001:db8::1)",
               "yn ddilys o 2026-08-01T00:00:00Z hyd 2026-11-01T00:00:00Z (192.0.2.1, "
               "2001:db8::1)"},
           Row{"certificate-self-signed", "issuer CN=mx1 (192.0.2.1)",
               "cyhoeddwr CN=mx1 (192.0.2.1)"},
           Row{"certificate-no-san", "no names but common name mx1 (192.0.2.1)",
               "dim enwau ond enw cyffredin mx1 (192.0.2.1)"},
           Row{"dane-partial", "without: mx2.example.uk", "heb: mx2.example.uk"},
       }) {
    CHECK(seen_in(Language::english, row.code, row.english) == row.english);
    CHECK(seen_in(Language::welsh, row.code, row.english) == row.welsh);
  }
}

TEST_CASE("seen: evidence stays as it was sent") {
  struct Row {
    const char* code;
    const char* seen;
  };
  for (const Row& row : {Row{"spf-syntax", "no record"}, Row{"dmarc-p-invalid", "11 look-ups"},
                         Row{"starttls-refused", "502 without: x (192.0.2.1)"},
                         Row{"spf-lookup-limit", "look-ups"}, Row{"spf-lookup-limit", " look-ups "},
                         Row{"tls-rpt-version", "no rua"}, Row{"mx-no-address", ""}})
    CHECK(seen_in(Language::welsh, row.code, row.seen) == row.seen);
}

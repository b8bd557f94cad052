#include "checks/registry.h"

#include <array>

#include "checks/caa/caa.h"
#include "checks/certificate/certificate.h"
#include "checks/dane/dane.h"
#include "checks/dkim/dkim.h"
#include "checks/dmarc/dmarc.h"
#include "checks/dnssec/dnssec.h"
#include "checks/mta_sts/mta_sts.h"
#include "checks/mx/mx.h"
#include "checks/ptr/ptr.h"
#include "checks/spf/spf.h"
#include "checks/starttls/starttls.h"
#include "checks/tls_rpt/tls_rpt.h"

namespace mailfleet {

std::span<const Check* const> all_checks() {
  static constexpr std::array checks{
      &mx_check,
      &starttls_check,
      &certificate_check,
      &dane_check,
      &mta_sts_check,
      &tls_rpt_check,
      &dnssec_check,
      &spf_check,
      &dkim_check,
      &dmarc_check,
      &ptr_check,
      &caa_check,
  };
  return checks;
}

const Check* find_check(std::string_view id) {
  for (const Check* check : all_checks())
    if (check->id == id) return check;
  return nullptr;
}

}  // namespace mailfleet

#include "tests/reference.h"

namespace mailfleet {
namespace {

Reference few() {
  Reference out;
  out.operators = {
      {"microsoft",
       "Microsoft Exchange Online",
       {"mail.protection.outlook.com", "mx.microsoft"},
       {"selector1", "selector2"}},
      {"google", "Google Workspace", {"google.com", "googlemail.com", "smtp.goog"}, {"google"}},
      {"mimecast", "Mimecast", {"mimecast.com"}, {}},
  };
  out.retired_mailbox_hosts = {"dmarc.service.gov.uk", "mailcheck.service.ncsc.gov.uk"};
  out.legacy_suffixes = {"gsi.gov.uk", "gse.gov.uk", "gcsx.gov.uk", "gsx.gov.uk"};
  return out;
}

}  // namespace

const Reference& shipped_reference() {
  static const Reference reference = few();
  return reference;
}

}  // namespace mailfleet

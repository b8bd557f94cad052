// Postfix with STARTTLS on an address and port of the test's choice, from a scratch folder.
#pragma once

#include "tests/integration/scratch.h"

namespace mailfleet {

class Postfix {
 public:
  // `chain_pem`: key first, then the certificates, leaf first.
  Postfix(const std::string& host, const std::string& address, uint16_t port,
          const std::string& chain_pem);
  ~Postfix();
  Postfix(const Postfix&) = delete;
  Postfix& operator=(const Postfix&) = delete;

 private:
  Scratch scratch_{};
};

}  // namespace mailfleet

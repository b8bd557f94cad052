#include "monitor/advice.h"

#include "embedded.h"

namespace mailfleet {

AdviceBook load_advice() {
  AdviceBook out;
  for (const EmbeddedFile& file : embedded_files_of_mf_shell())
    if (file.path.starts_with("checks/") && file.path.ends_with("/advice.toml"))
      out.add(file.path, file.text);
  return out;
}

}  // namespace mailfleet

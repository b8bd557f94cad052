#include "monitor/cli/serve.h"

#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/log.h"
#include "monitor/serve.h"

namespace mailfleet {

int run_serve(const ServeOptions& options) {
  const Config config = load_config(options.config);
  set_log(config.monitor.log_level, config.monitor.log_format);
  serve(config, options.config);
  return looked;
}

}  // namespace mailfleet

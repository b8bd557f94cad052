// `mailfleet report import`: reads reports of other mail systems into the store.
#pragma once

#include <string>
#include <vector>

namespace mailfleet {

struct ReportImportOptions {
  std::string config{};
  std::vector<std::string> files{};  // "-": standard input
  bool json = false;
};

// nothing_learnt when a file was rejected, so that whoever hands a report in keeps it.
int run_report_import(const ReportImportOptions& options);

}  // namespace mailfleet

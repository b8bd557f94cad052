#include "monitor/data_lock.h"

#include <doctest/doctest.h>

#include <memory>

#include "monitor/operator_error.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;
namespace fs = std::filesystem;

TEST_CASE("data_lock: one at a time, and free again afterwards") {
  const ScratchFolder scratch;
  const fs::path& folder = scratch.path();
  auto first = std::make_unique<DataLock>(folder / "made" / "here");
  CHECK_THROWS_WITH_AS(DataLock(folder / "made" / "here"), doctest::Contains("in use by another"),
                       OperatorError);
  first.reset();
  CHECK_NOTHROW(DataLock(folder / "made" / "here"));
  CHECK_THROWS_AS(DataLock("/proc/nowhere"), OperatorError);
}

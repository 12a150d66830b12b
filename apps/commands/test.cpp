// sinew test: runs the tests of the build folder that contains this executable.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>

#include "apps/command_line/child_process.h"
#include "apps/commands/commands.h"
#include "core/error.h"
#include "core/thread_pool.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

fs::path build_folder() {
  const fs::path folder = own_folder();
  for (fs::path place = folder; place != place.parent_path(); place = place.parent_path())
    if (fs::exists(place / "CMakeCache.txt") && fs::exists(place / "CTestTestfile.cmake")) return place;
  fail(
      "'{}' is not inside a build folder, so there are no tests to run; build sinew from its source with "
      "'cmake --preset release && cmake --build --preset release', or use './sinew test' there",
      folder.string());
}

// Replaces this process with ctest, so that its output, signals and exit code are ours. Returns only by throwing.
int run_ctest(const std::vector<std::string>& words) {
  std::vector<std::string> command = {"ctest",
                                      "--test-dir",
                                      build_folder().string(),
                                      "--output-on-failure",
                                      "--parallel",
                                      std::to_string(2 * default_threads())};  // see SINEW_WAITING_TESTS
  command.insert(command.end(), words.begin(), words.end());  // the user's arguments come last, and win
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::fflush(nullptr);
  ::execvp(argv[0], argv.data());
  fail_errno("cannot start ctest, which comes with CMake", errno);
}

}  // namespace

Command::Work declare_test(CommandLine& line) {
  auto words = std::make_shared<std::vector<std::string>>();
  line.pass_through(*words, "CTEST_OPTIONS");
  line.example("sinew test -R nets        # only the tests of one room");
  return [words] { return run_ctest(*words); };
}

}  // namespace sinew

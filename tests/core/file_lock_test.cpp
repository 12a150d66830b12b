#include "core/file_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

class FileLockTest : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }
  const std::string path_ = testing::TempDir() + "sinew_lock_" + std::to_string(::getpid());
};

TEST_F(FileLockTest, OneAtATimeAndTheOtherIsNamed) {
  std::optional<FileLock> first(std::in_place, path_, "the run folder 'x'");
  const std::string text = error_of([&] { FileLock second(path_, "the run folder 'x'"); });
  expect_contains(text, "the run folder 'x' is in use by process " + std::to_string(::getpid()) + " on ");
  first.reset();
  EXPECT_NO_THROW(FileLock(path_, "the run folder 'x'"));
}

TEST_F(FileLockTest, EndsWithItsProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    new FileLock(path_, "it");  // never given back
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_NO_THROW(FileLock(path_, "it"));
}

TEST_F(FileLockTest, AFolderThatIsNotThereIsNamed) {
  expect_contains(error_of([&] { FileLock(path_ + "/none/lock", "it"); }), "cannot lock '" + path_ + "/none/lock'");
}

}  // namespace
}  // namespace sinew

#include "core/file_lock.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "core/safe_file.h"
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

TEST_F(FileLockTest, WhatIsNoLockStaysAsItIs) {
  namespace fs = std::filesystem;
  const std::string other = path_ + "_other";
  const auto write = [](const std::string& file) { std::ofstream(file) << "somebody's work"; };
  const std::function<void()> ways[] = {
      [&] { write(path_); }, [&] { fs::create_symlink(other, path_); }, [&] { fs::create_hard_link(other, path_); },
      [&] { ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0); }, [&] { fs::create_symlink(path_ + "_none", path_); }};
  for (const auto& way : ways) {
    write(other);
    way();
    expect_contains(error_of([&] { FileLock(path_, "the run folder 'x'"); }), "is not a lock of sinew's; move it away");
    EXPECT_EQ(read_file(other), "somebody's work");
    EXPECT_FALSE(fs::exists(path_ + "_none"));
    fs::remove(path_);
  }
  fs::remove(other);
}

TEST_F(FileLockTest, AFolderThatIsNotThereIsNamed) {
  expect_contains(error_of([&] { FileLock(path_ + "/none/lock", "it"); }), "cannot lock '" + path_ + "/none/lock'");
}

}  // namespace
}  // namespace sinew

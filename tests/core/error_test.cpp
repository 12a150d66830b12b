#include "core/error.h"

#include <cerrno>

#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(Error, ContextIsPutBeforeTheText) {
  const std::string text =
      error_of([] { with_context("run 'a'", [] { with_context("task 'b'", [] { fail("{} is missing", "c"); }); }); });
  EXPECT_EQ(text, "run 'a': task 'b': c is missing");
}

TEST(Error, ContextPassesTheValueThrough) {
  int value = 3;
  int& same = with_context("x", [&]() -> int& { return value; });
  EXPECT_EQ(&same, &value);
}

TEST(Error, FaultDecidesTheExitCode) {
  EXPECT_EQ(Error("x").exit_code(), 2);
  EXPECT_EQ(Error("x", Error::Fault::system).exit_code(), 1);
  for (const auto& [number, code] : {std::pair{ENOENT, 2}, {EACCES, 2}, {ENOTDIR, 2}, {ENOSPC, 1}, {EIO, 1}}) {
    try {
      fail_errno("cannot write 'f'", number);
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), code) << error.what();
      EXPECT_TRUE(std::string(error.what()).starts_with("cannot write 'f': "));
    }
  }
}

TEST(Error, StaysInItsLineWhateverItQuotes) {
  Error error(fmt::format("cannot read '{}'", "a\nb"));
  error.add_context("c\x1b[2Jd");
  EXPECT_EQ(std::string(error.what()), R"(c\x1b[2Jd: cannot read 'a\nb')");
}

}  // namespace
}  // namespace sinew

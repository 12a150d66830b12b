#include "apps/command_line/child_process.h"

#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(ChildProcess, CarriesInputOutputAndExitCode) {
  ChildProcess child({"sh", "-c", "cat; echo to errors >&2; exit 7"});
  EXPECT_TRUE(child.write(std::string("one ")));
  EXPECT_TRUE(child.write(std::string("two")));
  const ChildProcess::Result result = child.wait();
  EXPECT_EQ(result.output, "one two");
  EXPECT_EQ(result.errors, "to errors\n");
  EXPECT_EQ(result.exit_code, 7);
}

// A child that writes more than a pipe holds while we write too: neither blocks the other.
TEST(ChildProcess, MuchOutputBlocksNobody) {
  const std::string much(4 << 20, 'x');
  ChildProcess child({"cat"});
  EXPECT_TRUE(child.write(much));
  EXPECT_EQ(child.wait().output.size(), much.size());
}

TEST(ChildProcess, OneThatHasGoneIsReportedAndNoSignal) {
  ChildProcess child({"true"});
  const std::string bytes(1 << 20, 'x');
  bool reads = true;
  for (int i = 0; i < 10000 && reads; ++i) reads = child.write(bytes);
  EXPECT_FALSE(reads);
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(ChildProcess, ASignalGivesItsNumber) {
  EXPECT_EQ(ChildProcess({"sh", "-c", "kill -9 $$"}).wait().exit_code, 128 + 9);
}

TEST(ChildProcess, AMissingProgramIsTheUsersFault) {
  try {
    ChildProcess child({"/nowhere/program"});
    FAIL();
  } catch (const Error& error) {
    expect_contains(error.what(), "cannot start '/nowhere/program': No such file");
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(ChildProcess, OneThatIsForgottenIsKilled) {
  const std::string marker = TemporaryFolder().file("marker");
  {
    ChildProcess child({"sh", "-c", "sleep 1000; touch " + marker});
  }
  EXPECT_FALSE(std::filesystem::exists(marker));
}

}  // namespace
}  // namespace sinew

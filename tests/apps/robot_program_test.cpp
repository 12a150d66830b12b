// The command for a computer on a robot: what it includes and what it lacks.
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

TEST(RobotProgram, HasWhatARobotNeedsAndNoMore) {
  const ChildProcess::Result overview = run_sinew({"--help"});
  EXPECT_EQ(overview.exit_code, 0);
  for (const std::string name : {"stream", "log", "stop", "link-check", "keys"}) {
    expect_contains(overview.output, "\n  " + name + " ");
    const ChildProcess::Result help = run_sinew({name, "--help"});
    EXPECT_EQ(help.exit_code, 0) << name;
    expect_contains(help.output, "Usage: sinew " + name);
  }
  for (const std::string name : {"train", "play", "robot", "bench"})
    EXPECT_EQ(overview.output.find("\n  " + name + " "), std::string::npos) << name;
  expect_contains(run_sinew({"--version"}).output, "(robot only)");
}

// For a policy with numbers only, and for one with convolutions.
TEST(RobotProgram, ChecksAPolicysGoldenPairsBeforeItConnects) {
  for (const std::string name : {"half_cheetah", "visual_reach"}) {
    const std::string policy = SINEW_SOURCE_DIR "/zoo/" + name + ".safetensors";
    const ChildProcess::Result result =
        run_sinew({"stream", policy, "--robot", SINEW_SOURCE_DIR "/examples/robot.yaml", "--shadow"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.output, policy + ": its golden pairs give the actions that they gave when it was trained\n");
    expect_contains(result.errors, policy);
    expect_contains(result.errors, "the robot's file");  // it is another robot's policy
  }
}

}  // namespace
}  // namespace sinew

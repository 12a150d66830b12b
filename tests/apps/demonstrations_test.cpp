// From a recorded session to a policy that reproduces it, and further training from there.
#include "tests/apps/robot_programs.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr const char* clone = R"(
task: inverted_pendulum
total_timesteps: 20000
n_envs: 1
algorithm: {name: bc, demonstrations: shown.safetensors, batch_size: 32, learning_rate: 3.0e-3}
network: {core: {lstm: 16}, actor: [], critic: [], action_map: scale, log_std_init: -2}
eval: {eval_freq: 20000, n_eval_episodes: 2}
)";
constexpr const char* go_on = R"(
task: inverted_pendulum
total_timesteps: 512
n_envs: 2
algorithm: {name: ppo, n_steps: 128, batch_size: 64, n_epochs: 2, critic_warmup: 256}
network: {core: {lstm: 16}, actor: [], critic: [], action_map: scale, log_std_init: -2}
initial_policy: cloned/policy.safetensors
eval: {eval_freq: 0}
)";

class Demonstrated : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_.file(name); }
  void expect_failure(const std::vector<std::string>& words, const std::string& text) const {
    const ChildProcess::Result result = run_sinew(words);
    EXPECT_EQ(result.exit_code, 2) << result.output;
    expect_contains(result.errors, text);
  }
  const TemporaryFolder folder_;
};

TEST_F(Demonstrated, ASessionIsClonedAndLearntOnFrom) {
  {
    RobotProgram robot(folder_);
    const ChildProcess::Result session =
        run_sinew({"stream", SINEW_SOURCE_DIR "/zoo/inverted_pendulum.safetensors", "--robot", robot.path(), "--arm",
                   "--seconds", "4", "--record", file("r.mcap"), "--connect-timeout", "30"});
    EXPECT_EQ(session.exit_code, 0) << session.errors;
  }
  const ChildProcess::Result log = run_sinew({"log", file("r.mcap"), "--demonstrations", file("shown.safetensors")});
  EXPECT_EQ(log.exit_code, 0) << log.errors;
  expect_contains(log.output, " steps, 1 episode");
  folder_.write("clone.yaml", clone);
  const ChildProcess::Result cloned = run_sinew({"train", file("clone.yaml"), "--run", file("cloned")});
  EXPECT_EQ(cloned.exit_code, 0) << cloned.errors;
  expect_contains(read_file(file("cloned/config.yaml")), "demonstrations: ../shown.safetensors");
  expect_contains(read_file(file("cloned/metrics.csv")), "train/action_error");
  EXPECT_EQ(run_sinew({"play", file("cloned"), "--episodes", "1"}).exit_code, 0);
  folder_.write("on.yaml", go_on);
  const ChildProcess::Result on = run_sinew({"train", file("on.yaml"), "--run", file("on")});
  EXPECT_EQ(on.exit_code, 0) << on.errors;
  expect_contains(on.errors, "starting from " + file("cloned/policy.safetensors"));

  // Inputs that do not match.
  expect_failure({"train", file("clone.yaml"), "--run", file("x"), "--set", "task=pendulum"},
                 "the demonstrations '" + file("shown.safetensors") + "': sensor 'state' has shape [3]");
  expect_failure(
      {"train", file("clone.yaml"), "--run", file("x"), "--set", "algorithm.demonstrations=" + file("r.mcap")},
      file("r.mcap"));
  expect_failure({"train", file("clone.yaml"), "--run", file("x"), "--set", "algorithm.demonstrations=" + file("none")},
                 "cannot read '" + file("none") + "'");
  expect_failure({"train", file("on.yaml"), "--run", file("x"), "--set", "initial_policy=" + file("shown.safetensors")},
                 "this safetensors file is not a sinew policy");
  expect_failure({"train", file("on.yaml"), "--run", file("x"), "--set", "network.core={lstm: 8}"},
                 "its network is different");
  EXPECT_FALSE(std::filesystem::exists(file("x/config.yaml")));
}

// The example writes them with NumPy; a two-layer network then reproduces them.
TEST_F(Demonstrated, ByAControllerInPython) {
  const std::string examples = SINEW_SOURCE_DIR "/examples/";
  if (ChildProcess({"/usr/bin/python3", "-c", "import numpy"}).wait().exit_code != 0)
    GTEST_SKIP() << "NumPy is not there";
  const ChildProcess::Result written =
      ChildProcess({"/usr/bin/python3", examples + "write_demonstrations.py", file("shown.safetensors")}).wait();
  ASSERT_EQ(written.exit_code, 0) << written.errors;
  const ChildProcess::Result cloned = run_sinew({"train", examples + "clone.yaml", "--run", file("run"), "--set",
                                                 "algorithm.demonstrations=" + file("shown.safetensors")});
  EXPECT_EQ(cloned.exit_code, 0) << cloned.errors;
  expect_contains(cloned.errors, "4500 steps to learn from (episodes: 45), 500 steps held out");
  expect_contains(cloned.output, "best evaluation 1000.0");
}

}  // namespace
}  // namespace sinew

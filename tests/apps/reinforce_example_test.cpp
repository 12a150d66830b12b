// A custom learner: the program in examples/ trains, and has everything that a run has.
#include <fmt/core.h>

#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

class ReinforceExample : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_.file(name); }
  ChildProcess::Result train(const std::string& name, int steps, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {SINEW_EXAMPLE_REINFORCE,
                                      "train",
                                      SINEW_SOURCE_DIR "/examples/reinforce.yaml",
                                      "--run",
                                      file(name),
                                      "--set",
                                      fmt::format("total_timesteps={}", steps)};
    words.insert(words.end(), more.begin(), more.end());
    return ChildProcess(words).wait();
  }
  static std::string hash_in(const ChildProcess::Result& result) {
    const size_t place = result.output.find("weights sha256 ");
    return place == std::string::npos ? "" : result.output.substr(place + 15, 64);
  }
  const TemporaryFolder folder_;
};

TEST_F(ReinforceExample, BalancesThePole) {
  const ChildProcess::Result result = train("run", 150000);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_TRUE(std::filesystem::exists(file("run/best.safetensors")));
  const size_t place = result.output.find("kept policy");
  ASSERT_NE(place, std::string::npos) << result.output;
  const size_t number = result.output.find("return ", place) + 7;
  EXPECT_GT(std::stod(result.output.substr(number)), 400) << result.output;  // of 500; 20 by chance
}

TEST_F(ReinforceExample, GoesOnToTheSameBits) {
  const std::string whole = hash_in(train("whole", 16384));
  train("parts", 8192);
  const ChildProcess::Result parts = train("parts", 16384, {"--resume"});
  EXPECT_EQ(parts.exit_code, 0) << parts.errors;
  EXPECT_EQ(hash_in(parts), whole);
  EXPECT_EQ(whole.size(), 64u);
}

TEST_F(ReinforceExample, ItsOptionsAreReadAsAllOthers) {
  const ChildProcess::Result result = train("run", 8192, {"--set", "algorithm.gama=0.9"});
  EXPECT_EQ(result.exit_code, 2);
  expect_contains(result.errors, "did you mean 'gamma'");
}

}  // namespace
}  // namespace sinew

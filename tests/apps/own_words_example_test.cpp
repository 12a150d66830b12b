// A custom layer, term and env: the program in examples/ reads, explains and trains with them.
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

class OwnWordsExample : public testing::Test {
 protected:
  ChildProcess::Result run(std::vector<std::string> words) const {
    words.insert(words.begin(), SINEW_EXAMPLE_OWN_WORDS);
    return ChildProcess(words).wait();
  }
  const std::string examples_ = SINEW_SOURCE_DIR "/examples/";
  const TemporaryFolder folder_;
};

TEST_F(OwnWordsExample, LearnsInItsEnvWithItsLayer) {
  const ChildProcess::Result result = run({"train", examples_ + "own_words.yaml", "--run", folder_.file("run")});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  const size_t place = result.output.find("kept policy");
  ASSERT_NE(place, std::string::npos) << result.output;
  EXPECT_GT(std::stod(result.output.substr(result.output.find("return ", place) + 7)), 75) << result.output;  // of 100
}

TEST_F(OwnWordsExample, ExplainsItsTerm) {
  const ChildProcess::Result result = run({"terms", "reward"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "of the fastest joint");
  expect_contains(result.output, "scale");
}

TEST_F(OwnWordsExample, ATaskMayNameIt) {
  const std::string policy = SINEW_SOURCE_DIR "/zoo/inverted_pendulum.safetensors",
                    task = examples_ + "own_words_pole.yaml";
  const ChildProcess::Result result = run({"play", policy, "--task", task, "--episodes", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  const ChildProcess::Result unknown = run_sinew({"play", policy, "--task", task, "--episodes", "1"});
  EXPECT_EQ(unknown.exit_code, 2);
  expect_contains(unknown.errors, "stillness");
}

}  // namespace
}  // namespace sinew

// Follows docs/tutorials/your_robot.md: its model is as printed there, and its two files yield a policy that succeeds.
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

const std::string model = "/usr/share/mujoco/model/tendon_arm/arm26.xml";

// The text between ```LANGUAGE lines, in order.
std::vector<std::string> blocks(const std::string& page, const std::string& language) {
  const std::string begin = "\n```" + language + "\n", end = "\n```\n";
  std::vector<std::string> found;
  for (size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at)) {
    at += begin.size();
    const size_t stop = page.find(end, at - 1);
    if (stop == std::string::npos) break;
    found.push_back(page.substr(at, stop + 1 - at));
    at = stop;
  }
  return found;
}

std::vector<std::string> lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

class TutorialTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(model)) GTEST_SKIP() << model << " is missing: apt-get install libmujoco-samples";
  }
  const std::string page_ = read_file(SINEW_SOURCE_DIR "/docs/tutorials/your_robot.md");
};

TEST_F(TutorialTest, ShowsWhatInspectSaysOfTheModel) {
  const ChildProcess::Result result = run_sinew({"inspect", model});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(page_, "./sinew inspect " + model + "\n");
  const std::vector<std::string> shown = blocks(page_, "text");
  ASSERT_EQ(shown.size(), 1u);
  for (const std::string& line : lines(shown[0]))
    if (line != "  …") expect_contains("\n" + result.output, "\n" + line + "\n");
}

TEST_F(TutorialTest, TwentyLinesOfYamlMakeAPolicyThatSucceeds) {
  const TemporaryFolder folder;
  const std::vector<std::string> files = blocks(page_, "yaml");
  ASSERT_EQ(files.size(), 2u) << "a task and a recipe";
  size_t n_lines = 0;
  std::vector<std::string> names;
  for (const std::string& file : files) {
    const std::vector<std::string> content = lines(file);
    ASSERT_TRUE(content[0].starts_with("# ")) << "the first line names the file: " << content[0];
    names.push_back(content[0].substr(2));
    folder.write(names.back(), file);
    n_lines += content.size() - 1;
  }
  EXPECT_LE(n_lines, 20u);
  expect_contains(page_, "./sinew train " + names[1] + "\n");
  expect_contains(files[0], "model: " + model + "\n");

  const auto success_rate = [&](const std::string& steps) {
    const std::string run = folder.file("run_" + steps), json = folder.file(steps + ".json");
    const ChildProcess::Result trained =
        run_sinew({"train", folder.file(names[1]), "--run", run, "--set", "total_timesteps=" + steps});
    EXPECT_EQ(trained.exit_code, 0) << trained.errors;
    const ChildProcess::Result played = run_sinew({"play", run, "--episodes", "50", "--json", json});
    EXPECT_EQ(played.exit_code, 0) << played.errors;
    return nlohmann::json::parse(read_file(json)).at("success_rate").get<double>();
  };
  // Half of the page's steps: seeds 1 to 5 reached 0.88 to 1.
  EXPECT_LT(success_rate("2048"), 0.1) << "a policy that has learned next to nothing";
  EXPECT_GT(success_rate("150000"), 0.7);
}

}  // namespace
}  // namespace sinew

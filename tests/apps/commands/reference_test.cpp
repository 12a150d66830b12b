// The pages of layers, algorithms, the recipe and the robot's file list what the code reads, and explain every key.
#include <gtest/gtest.h>

#include "apps/commands/reference_page.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

struct Page {
  const char* command;
  const char* file;
  ReferencePage page;
};

std::vector<Page> all_pages() {
  const Registry registry = Registry::builtin();
  return {{"layers", "docs/layers.md", layers_page(registry.layers)},
          {"algorithms", "docs/algorithms/keys.md", algorithms_page(registry.algorithms)},
          {"recipe", "docs/recipe.md", recipe_page()},
          {"robot-file", "docs/robots/file.md", robot_file_page(builtin_adapters())}};
}

TEST(ReferencePages, AreThoseOfTheCode) {
  for (const auto& [command, file, page] : all_pages())
    EXPECT_TRUE(read_file(std::string(SINEW_SOURCE_DIR "/") + file) ==
                reference_markdown(page, std::string("sinew ") + command))
        << file << " is old: ./sinew " << command << " --markdown > " << file;
}

TEST(ReferencePages, ExplainEveryKey) {
  for (const auto& [command, file, page] : all_pages())
    for (const ReferenceEntry& entry : page.entries)
      for (const ParameterDoc& parameter : entry.parameters)
        EXPECT_GT(parameter.help.size(), 5u) << command << " " << entry.name << ": " << parameter.name;
}

// A layer with options lists exactly the options that it takes.
TEST(ReferencePages, ListWhatALayerTakes) {
  for (const LayerRow<float>& row : builtin_layers<float>()) {
    BasicParameters<float> parameters;
    Rng rng(1);
    LayerContext<float> context{.parameters = parameters, .rng = rng, .name = "layer", .input = {4}};
    std::string options = "no_such_key: 1";
    for (const ParameterDoc& parameter : row.parameters)
      if (parameter.value.empty()) options += ", " + parameter.name + ": 2";
    const ConfigNode node = ConfigNode::parse_text("{" + options + "}", "test");
    const std::string error = error_of([&] { row.make(node, context); });
    EXPECT_EQ(error.find("unknown key 'no_such_key'") != error.npos, !row.parameters.empty()) << row.name << error;
    for (const ParameterDoc& parameter : row.parameters) {
      const std::string key = parameter.name.substr(0, parameter.name.find('.'));
      EXPECT_NE(error.find(key, error.find("known:")), error.npos) << row.name << ": " << error;
    }
  }
}

TEST(ReferencePages, HaveTheRangeOfANumberAndTheMapsInAMap) {
  const std::string page = reference_text(recipe_page(), 0);
  expect_contains(
      page, "eval.n_eval_episodes = 10 (from 1 to 10000)\n      episodes of an evaluation; may change on --resume\n");
  expect_contains(page, "network.encoders.NAME.used_by = both (one of both, actor, critic)");
  expect_contains(page, "task, needed\n");
}

TEST(ReferencePages, ShowARecipeThatIsRead) {
  const Registry registry = Registry::builtin();
  const ConfigNode example = ConfigNode::parse_text(recipe_page().example, "example");
  EXPECT_EQ(read_algorithm(read_recipe(example), registry).configured.options.find("n_steps")->integer(), 512);
}

TEST(ReferencePages, ShowARobotsFileThatIsRead) {
  const ReferencePage page = robot_file_page(builtin_adapters());
  const RobotConfig example = read_config<RobotConfig>(ConfigNode::parse_text(page.example, "example"));
  check_robot_config(example);
  const std::string text = reference_text(page, 0);
  expect_contains(text, "actuators[].velocity, needed (above 0)\n      largest velocity, by magnitude, rad/s or m/s\n");
  expect_contains(text, "watches.leap = 0.1 (above 0)");
  expect_contains(text, "cameras.NAME.most_flat = 0 (at least 0)");
  expect_contains(text, "adapter: lekiwi");
  expect_contains(text, "sensors[].numbers, needed");
}

TEST(ReferenceCommands, PrintOneOrAll) {
  expect_contains(run_sinew({"layers", "lstm"}).output, "units, needed (from 1 to 4096)");
  expect_contains(run_sinew({"algorithms", "ppo"}).output, "gamma = 0.99 (from 0 to 1)");
  const auto wrong = run_sinew({"layers", "lsmt"});
  EXPECT_EQ(wrong.exit_code, 2);
  expect_contains(wrong.errors, "there is no layer 'lsmt'; did you mean 'lstm'?");
}

}  // namespace
}  // namespace sinew

// A path has one meaning: every command and key that takes one, each way of naming the file, from several folders.
#include "tests/apps/small_project.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class Paths : public testing::Test {
 protected:
  void SetUp() override {
    write_small_project(folder_, "project");
    fs::create_directories(folder_.file("project/sub"));
    fs::create_directories(folder_.file("away"));
    fs::create_directory_symlink("project", folder_.file("link"));
    folder_.write("project/state.json", R"({"qpos": [0], "qvel": [0], "actions": [[0.5]]})");
    folder_.write("project/delay.yaml", "observation: 0.01\n");
    expect_success(run_sinew_in(file("project"), {"train", "ppo.yaml", "--run", "runs/first"}), {"the first run"});
  }
  std::string file(const std::string& name) const { return folder_.file(name); }

  // The ways to write the project's file `name` in `from`.
  std::vector<std::string> ways(const std::string& name, const std::string& from) const {
    const std::string relative = fs::path(file("project/" + name)).lexically_relative(file(from)).string();
    return {relative, file("project/" + name), file("link/" + name),
            fs::path(file("project/sub/../" + name)).lexically_relative(file(from)).string()};
  }

  const TemporaryFolder folder_;
};

TEST_F(Paths, OneThatIsTypedCountsFromTheShellsFolder) {
  struct Use {
    std::string file;                // in the project
    std::vector<std::string> words;  // "@": its path
  };
  // The recipe is given by its absolute path, so that a path resolved from the recipe's folder would be detected.
  const std::string recipe = file("project/ppo.yaml");
  const std::vector<Use> uses = {
      {"ppo.yaml", {"show", "@"}},
      {"runs/first", {"show", "@"}},
      {"runs/first/best.safetensors", {"show", "@"}},
      {"ppo.yaml", {"train", "@", "--run", file("run"), "--overwrite"}},
      {"up.yaml", {"train", recipe, "--run", file("run"), "--overwrite", "--set", "task=@"}},
      {"runs/first/policy.safetensors",
       {"train", recipe, "--run", file("run"), "--overwrite", "--set", "initial_policy=@"}},
      {"runs/first", {"play", "@", "--episodes", "1"}},
      {"up.yaml", {"play", file("project/runs/first"), "--episodes", "1", "--task", "@"}},
      {"up.yaml", {"replay", "@", "--input", file("project/state.json"), "--output", "/dev/null"}},
      {"state.json", {"replay", file("project/up.yaml"), "--input", "@", "--output", "/dev/null"}},
      {"pole.xml", {"inspect", "@"}},
      {"runs/first", {"report", "@", "--plot", file("plot.png")}},
      {"delay.yaml",
       {"robot", file("project/up.yaml"), "--seconds", "0.01", "--address", "ipc://" + file("robot"), "--stop-address",
        "ipc://" + file("stop"), "--profile", "@"}},
  };
  for (const Use& use : uses)
    for (const char* from : {"project/sub", "away"})
      for (const std::string& way : ways(use.file, from)) {
        std::vector<std::string> words = use.words;
        for (std::string& word : words)
          if (const size_t at = word.find('@'); at != std::string::npos) word.replace(at, 1, way);
        expect_success(run_sinew_in(file(from), words), words);
      }
}

TEST_F(Paths, OneInAFileCountsFromThatFile) {
  folder_.write("project/sub/other.yaml", "extends: ../up.yaml\ntime_limit: 20\n");
  folder_.write("project/sub/late.yaml", "extends: other.yaml\ndelay: ../delay.yaml\n");
  folder_.write("project/sub/own.yaml", std::string("model: ../pole.xml\n") + (small_task + 16));
  for (const char* task : {"../up.yaml", "other.yaml", "late.yaml", "own.yaml"}) {
    folder_.write("project/sub/recipe.yaml", std::string("task: ") + task + (small_recipe + 13) +
                                                 "initial_policy: ../runs/first/policy.safetensors\n");
    for (const char* from : {"project", "project/sub", "away"}) {
      const std::string recipe = fs::path(file("project/sub/recipe.yaml")).lexically_relative(file(from)).string();
      const std::vector<std::string> words = {"train", recipe, "--run", file("run"), "--overwrite"};
      expect_success(run_sinew_in(file(from), words), words);
    }
  }
}

TEST_F(Paths, WhatComesWithSinewIsFoundFromAnywhere) {
  folder_.write("away/state.json", R"({"qpos": [0, 0], "qvel": [0, 0], "actions": [[0.5]]})");
  for (const char* base : {"inverted_pendulum", "inverted_pendulum.yaml", "configs/tasks/inverted_pendulum.yaml"})
    folder_.write(std::string("away/") + std::to_string(std::string(base).size()) + ".yaml",
                  std::string("extends: ") + base + "\ntime_limit: 20\n");
  const std::vector<std::string> a_little = {"--run", file("run"), "--overwrite", "--set", "total_timesteps=64"};
  const auto little = [&](std::vector<std::string> words) {
    words.insert(words.end(), a_little.begin(), a_little.end());
    return words;
  };
  const std::vector<std::vector<std::string>> commands = {
      {"show", "configs/recipes/inverted_pendulum_ppo.yaml"},
      {"show", "inverted_pendulum_ppo.yaml"},
      {"show", "inverted_pendulum_ppo"},
      {"show", "zoo/inverted_pendulum.safetensors"},
      little({"train", "configs/recipes/inverted_pendulum_ppo.yaml"}),
      little({"train", "inverted_pendulum_ppo"}),
      little({"train", file("project/ppo.yaml"), "--set", "task=configs/tasks/inverted_pendulum.yaml"}),
      little({"train", file("project/ppo.yaml"), "--set", "task=inverted_pendulum"}),
      {"play", "zoo/inverted_pendulum.safetensors", "--episodes", "1"},
      {"play", "inverted_pendulum", "--episodes", "1", "--task", "17.yaml"},
      {"play", "inverted_pendulum.safetensors", "--episodes", "1", "--task", "22.yaml"},
      {"play", "inverted_pendulum", "--episodes", "1", "--task", "36.yaml"},
      {"play", "inverted_pendulum", "--episodes", "1", "--task", "configs/tasks/inverted_pendulum.yaml"},
      {"replay", "inverted_pendulum", "--input", "state.json", "--output", "/dev/null"},
      {"inspect", "sim/models/hopper.xml"},
  };
  for (const auto& words : commands) expect_success(run_sinew_in(file("away"), words), words);
  const ChildProcess::Result robot =
      run_sinew_in(file("away"), {"stop", "configs/robots/lekiwi_lerobot.yaml", "--timeout", "0.01"});
  EXPECT_EQ(robot.errors.find("No such file"), std::string::npos) << robot.errors;
}

TEST_F(Paths, AnErrorSaysWhereWasLooked) {
  folder_.write("project/bad_task.yaml", "model: no/such.xml\nobservations: {state: [qpos]}\nreward: {}\n");
  folder_.write("project/bad_base.yaml", "extends: no/such.yaml\n");
  const std::string here = file("away"), home = SINEW_SOURCE_DIR;
  struct Mistake {
    std::vector<std::string> words, places;
  };
  const std::string recipe = file("project/ppo.yaml");
  const std::vector<Mistake> mistakes = {
      {{"train", "no/such.yaml"}, {here + "/no/such.yaml"}},
      {{"train", "configs/recipes/such.yaml"},
       {here + "/configs/recipes/such.yaml", home + "/configs/recipes/such.yaml"}},
      {{"train", "nosuchthing"}, {here + "/nosuchthing", home + "/configs/recipes/nosuchthing.yaml"}},
      {{"play", "nosuchthing"}, {here + "/nosuchthing", home + "/zoo/nosuchthing.safetensors"}},
      {{"show", "zoo/such.safetensors"}, {here + "/zoo/such.safetensors", home + "/zoo/such.safetensors"}},
      {{"train", recipe, "--set", "task=no/such.yaml"}, {here + "/no/such.yaml"}},
      {{"train", recipe, "--set", "task=" + file("project/bad_task.yaml")}, {file("project/no/such.xml")}},
      {{"train", recipe, "--set", "task=" + file("project/bad_base.yaml")}, {file("project/no/such.yaml")}},
      {{"train", recipe, "--set", "initial_policy=no/such.safetensors"}, {here + "/no/such.safetensors"}},
      {{"play", file("project/runs/first"), "--task", "no/such.yaml"}, {here + "/no/such.yaml"}},
      {{"stream", file("project/runs/first"), "--shadow", "--robot", "no/such.yaml"}, {here + "/no/such.yaml"}},
      {{"stop", "nosuchthing"}, {here + "/nosuchthing", home + "/configs/robots/nosuchthing.yaml"}},
      {{"inspect", "no/such.xml"}, {here + "/no/such.xml"}},
  };
  for (const Mistake& mistake : mistakes) {
    SCOPED_TRACE(testing::PrintToString(mistake.words));
    const ChildProcess::Result result = run_sinew_in(here, mistake.words);
    EXPECT_EQ(result.exit_code, 2);
    for (const std::string& place : mistake.places) expect_contains(result.errors, place);
    EXPECT_TRUE(fs::is_empty(here));  // a refused run leaves no folder
  }
}

// A recipe, a task, one that extends it, a model, a policy, a recipe's policy and a delay, each reached through a link
// elsewhere.
TEST_F(Paths, WhatIsReachedThroughALinkIsWhole) {
  folder_.write("project/models/pole.xml", R"(<mujoco><include file="parts/world.xml"/></mujoco>)");
  folder_.write("project/models/parts/world.xml", std::string(small_model));
  folder_.write("project/tasks/up.yaml", std::string("model: ../models/pole.xml\n") + (small_task + 16));
  folder_.write("project/tasks/late.yaml", "extends: up.yaml\ndelay: ../delay.yaml\n");
  folder_.write("project/recipes/ppo.yaml", std::string("task: ../tasks/late.yaml\n") + (small_recipe + 14) +
                                                "initial_policy: ../runs/first/policy.safetensors\n");
  const std::vector<std::vector<std::string>> commands = {
      {"train", "@recipes/ppo.yaml", "--run", file("run"), "--overwrite"},
      {"show", "@recipes/ppo.yaml"},
      {"play", file("project/runs/first"), "--episodes", "1", "--task", "@tasks/late.yaml"},
      {"play", "@runs/first/best.safetensors", "--episodes", "1"},
      {"replay", "@tasks/up.yaml", "--input", "@state.json", "--output", "/dev/null"},
      {"inspect", "@models/pole.xml"},
  };
  const auto run = [&](const std::string& way) {
    for (std::vector<std::string> words : commands) {
      for (std::string& word : words)
        if (word.starts_with('@')) {
          const std::string name = word.substr(1);
          word = way == "farm/" ? way + name : way + fs::path(name).filename().string();
        }
      expect_success(run_sinew_in(file("away"), words), words);
    }
  };
  fs::create_directories(file("away/links"));
  int number = 0;
  for (const auto& entry : fs::recursive_directory_iterator(file("project"))) {
    if (!entry.is_regular_file()) continue;
    const fs::path name = entry.path().lexically_relative(file("project"));
    if (const fs::path link = file("away/links") / name.filename();
        name.parent_path() != "" && !fs::exists(fs::symlink_status(link)))
      fs::create_symlink(entry.path(), link);
    else if (!fs::exists(fs::symlink_status(link)))
      fs::create_symlink(fs::relative(entry.path(), link.parent_path()), link);
    // Like a content-addressed store: no file has neighbours, but the links do.
    const fs::path farm = file("away/farm") / name, stored = file("store") + "/" + std::to_string(number++);
    fs::create_directories(farm.parent_path());
    fs::create_directories(stored.parent_path());
    fs::copy_file(entry.path(), stored);
    fs::create_symlink(stored, farm);
  }
  fs::remove(file("away/links/up.yaml"));  // there are two
  fs::remove(file("away/links/pole.xml"));
  fs::remove(file("away/links/ppo.yaml"));
  for (const char* name : {"tasks/up.yaml", "models/pole.xml", "recipes/ppo.yaml"})
    fs::create_symlink(file("project/") + name, file("away/links/") + fs::path(name).filename().string());
  run("links/");
  run("farm/");
}

}  // namespace
}  // namespace sinew

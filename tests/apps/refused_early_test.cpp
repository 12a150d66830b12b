// Invalid input is refused before anything is trained or written; the corrected command then works.
#include <algorithm>
#include <functional>

#include "core/config_node.h"
#include "tests/apps/small_project.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class RefusedEarly : public testing::Test {
 protected:
  void SetUp() override { write_small_project(folder_, "project"); }
  std::string file(const std::string& name) const { return folder_.file("project/" + name); }
  ChildProcess::Result train(std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {"train", "ppo.yaml", "--run", "runs/a/b"});
    return run_sinew_in(file(""), words);
  }
  // Expects one paragraph with this text and nothing written; without the mistake the same command works.
  void expect_refused(const std::string& text, const std::vector<std::string>& words = {}) const {
    const ChildProcess::Result result = train(words);
    EXPECT_EQ(result.exit_code, 2) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
    expect_contains(result.errors, text);
    EXPECT_FALSE(fs::exists(file("runs"))) << text;
  }
  void expect_good() const {
    const ChildProcess::Result result = train();
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    fs::remove_all(file("runs"));
  }

  const TemporaryFolder folder_;
};

TEST_F(RefusedEarly, NamesThatFilesCannotCarry) {
  const std::string place = "up.yaml:";
  for (const char* name : {"\"a,b\"", "'say \"x\"'", "\"two\\nlines\"", "\"\"", "\"\\t\"", "\"\\x7f\""})
    for (const char* key : {"reward", "terminate", "commands", "observations", "actions"}) {
      SCOPED_TRACE(std::string(key) + " " + name);
      const std::string term = std::string(key) == "reward"         ? "{term: alive}"
                               : std::string(key) == "terminate"    ? "{term: joint_limit}"
                               : std::string(key) == "commands"     ? "{term: uniform, low: [-1], high: [1]}"
                               : std::string(key) == "observations" ? "[qpos]"
                                                                    : "all";
      std::string task = "model: pole.xml\ntime_limit: 50\n";
      if (key != std::string("observations")) task += "observations: {state: [qpos, qvel]}\n";
      if (key != std::string("reward")) task += "reward: {alive: {term: alive}}\n";
      folder_.write("project/up.yaml", task + key + ":\n  " + name + ": " + term + "\n");
      expect_refused(place);
    }
  folder_.write("project/up.yaml", small_task);
  expect_good();
}

TEST_F(RefusedEarly, NamesThatFilesCanCarryAreLearntWith) {
  folder_.write("project/up.yaml",
                "model: pole.xml\ntime_limit: 50\nobservations: {state: [qpos, qvel]}\nreward:\n"
                "  \"höhe über grund\": {term: alive}\n  \"走る\": {term: alive}\n  a/b: {term: alive}\n");
  expect_good();
}

TEST_F(RefusedEarly, AModelInAnotherEncoding) {
  std::string latin = small_model;
  for (size_t at = latin.find("\"hinge\""); at != std::string::npos; at = latin.find("\"hinge\"", at + 1))
    if (latin.substr(at - 5, 5) != "type=") latin.replace(at, 7, "\"gel\xe4nk\"");
  const std::string included = "<mujoco><include file=\"inside.xml\"/></mujoco>";
  folder_.write("project/pole.xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n" + latin);
  expect_refused("its name 'gel?nk' is not UTF-8 text");
  folder_.write("project/inside.xml", latin);
  folder_.write("project/pole.xml", included);
  expect_refused("its name 'gel?nk' is not UTF-8 text");
  folder_.write("project/pole.xml", std::string("<!-- sch\xf6n -->\n") + small_model);  // a comment names no file
  expect_good();
}

TEST_F(RefusedEarly, AFolderWhoseNameIsNotUtf8Works) {
  fs::rename(file(""), folder_.file("caf\xe9"));
  const std::string folder = folder_.file("caf\xe9");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"train", "ppo.yaml"},
                                             {"play", "runs/ppo", "--episodes", "1", "--json", "r\xe9sult.json"},
                                             {"report", "runs/ppo", "--json", "report.json"},
                                             {"train", "ppo.yaml", "--resume", "--set", "total_timesteps=512"},
                                             {"train", "ppo.yaml", "--run", "r\xe9"}})
    expect_success(run_sinew_in(folder, words), words);
}

TEST_F(RefusedEarly, WhatNoPolicyCanKeepIsRefused) {
  fs::rename(file("up.yaml"), file("\xe9.yaml"));
  const ChildProcess::Result result = train({"--set", "task=x.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  fs::create_symlink("\xe9.yaml", file("up.yaml"));
  expect_good();
}

// Every number in the recipe and in the task, one after the other.
void for_each_number(const ConfigNode& node, const std::string& path,
                     const std::function<void(const std::string& path)>& visit) {
  if (node.is_scalar() && !node.is_quoted() && node.text().find_first_not_of("0123456789.e+-") == std::string::npos)
    visit(path);
  if (node.is_map())
    for (const auto& [key, value] : node.entries())
      for_each_number(value, path.empty() ? key : path + "." + key, visit);
  if (node.is_list())
    for (size_t i = 0; i < node.items().size(); ++i)
      for_each_number(node.items()[i], path + "." + std::to_string(i), visit);
}

TEST_F(RefusedEarly, InfiniteNumbersOfARecipe) {
  const ChildProcess::Result shown = run_sinew_in(file(""), {"show", "ppo.yaml"});
  const std::string recipe = shown.output.substr(0, shown.output.find("\n\n"));
  int numbers = 0;
  for_each_number(ConfigNode::parse_text(recipe, "shown"), "", [&](const std::string& path) {
    for (const char* infinite : {"=.inf", "=-.inf", "=.nan"}) expect_refused(path, {"--set", path + infinite});
    ++numbers;
  });
  EXPECT_GE(numbers, 20);
  expect_good();
}

TEST_F(RefusedEarly, InfiniteNumbersOfATask) {
  const ConfigNode task = ConfigNode::parse_text(
      std::string(small_task) +
          "frame_skip: 2\nreset: [{uniform: {qpos: 0.1, qvel: 0.1}}]\nrandomize: [{mass: {scale: [0.9, 1.1]}}]\n"
          "default_pose: {joints: {hinge: 0.1}}\ndelay: {observation: [0, 0.01], action: 0.01, loss: 0.1}\n"
          "commands: {goal: {term: uniform, low: [-1], high: [1], resample: 1}}\n",
      "up.yaml");
  int numbers = 0;
  for_each_number(task, "", [&](const std::string& path) {
    for (const char* infinite : {".inf", "-.inf", ".nan"}) {
      ConfigNode changed = task;
      changed.assign(path + "=" + infinite);
      folder_.write("project/up.yaml", changed.to_yaml());
      expect_refused("up.yaml");
    }
    ++numbers;
  });
  EXPECT_GE(numbers, 12);
  folder_.write("project/up.yaml", task.to_yaml());
  expect_good();
}

// Refusals after the task was compiled, the policy created, the memory measured.
TEST_F(RefusedEarly, LateRefusalsLeaveNoFolder) {
  folder_.write("project/other.yaml", std::string(small_recipe) + "seed: 2\n");
  folder_.write("project/broken.safetensors", "no policy");
  for (const std::string& assignment :
       {std::string("initial_policy=broken.safetensors"), std::string("initial_policy=missing.safetensors"),
        std::string("initial_policy=zoo/hopper.safetensors"), std::string("algorithm.batch_size=7"),
        std::string("network.actor=[{linear: 100000}, {linear: 100000}, {linear: 100000}]"),
        std::string("network.encoders={nosuch: []}"), std::string("algorithm.name=bc")})
    expect_refused("", {"--set", assignment});
  fs::create_directory(file("mine"));
  folder_.write("project/mine/notes.txt", "kept");
  run_sinew_in(file(""), {"train", "ppo.yaml", "--run", "mine", "--set", "initial_policy=broken.safetensors"});
  EXPECT_FALSE(fs::exists(file("mine/.lock")));
  EXPECT_TRUE(fs::exists(file("mine/notes.txt")));
  expect_good();
}

TEST_F(RefusedEarly, ARefusedRunLeavesTheFormerOneWhole) {
  ASSERT_EQ(train().exit_code, 0);
  const std::string before = read_file(file("runs/a/b/policy.safetensors"));
  for (const char* assignment :
       {"initial_policy=missing.safetensors", "initial_policy=runs/a/b/best.safetensors", "total_timesteps=.inf"}) {
    EXPECT_EQ(train({"--overwrite", "--set", assignment}).exit_code, 2);
    EXPECT_EQ(read_file(file("runs/a/b/policy.safetensors")), before);
    EXPECT_TRUE(fs::exists(file("runs/a/b/metrics.csv")));
  }
}

TEST_F(RefusedEarly, ARobotsNameThatNamesNoFile) {
  ASSERT_EQ(train().exit_code, 0);
  ASSERT_EQ(run_sinew_in(file(""), {"robot", "up.yaml", "--config", "bot.yaml", "--seconds", "0.01", "--address",
                                    "ipc://" + file("robot"), "--stop-address", "ipc://" + file("stop")})
                .errors.find("not a valid name"),
            std::string::npos);
  ASSERT_TRUE(fs::exists(file("bot.yaml")));
  const ConfigNode good = ConfigNode::parse_file(file("bot.yaml"));
  for (const char* name : {"lab/arm1", "../x", "/x", "..", ".", "\"a\\nb\""}) {
    ConfigNode bad = good;
    bad.assign(std::string("robot=") + name);
    folder_.write("project/bot.yaml", bad.to_yaml());
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"robot", "up.yaml", "--config", "bot.yaml", "--seconds", "0.01"},
             {"stream", "runs/a/b", "--robot", "bot.yaml", "--arm", "--seconds", "0.1"},
             {"stop", "bot.yaml"}}) {
      const ChildProcess::Result result = run_sinew_in(file(""), words);
      EXPECT_EQ(result.exit_code, 2);
      expect_contains(result.errors, "is not a valid name: recordings are named after it");
    }
  }
  EXPECT_FALSE(fs::exists(file("recordings")));
}

TEST_F(RefusedEarly, ARunThatNeverTouchesThePolicyIsWarnedOf) {
  for (const auto& [steps, is_warned] : {std::pair{"255", false}, {"256", true}}) {
    const ChildProcess::Result result =
        train({"--overwrite", "--set", std::string("algorithm.critic_warmup=") + steps});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    EXPECT_EQ(result.errors.find("the policy learns nothing") != std::string::npos, is_warned) << result.errors;
  }
}

// A mistyped key is reported before an existing folder; otherwise the user would need two attempts.
TEST_F(RefusedEarly, AMistakeInTheRecipeComesBeforeTheFolder) {
  ASSERT_EQ(train().exit_code, 0);
  for (const char* slip : {"algorithm.gama=0.9", "algorithm.gamma=9", "algorithm.name=pppo", "n_env=3"}) {
    const ChildProcess::Result result = train({"--set", slip});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.errors.find("already holds a run"), std::string::npos) << result.errors;
  }
  expect_contains(train().errors, "already holds a run");
}

}  // namespace
}  // namespace sinew

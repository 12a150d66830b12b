// train, play and show as a user runs them: what works, and the error for each mistake.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr const char* recipe =
    "task: pendulum\n"
    "total_timesteps: 1024\n"
    "n_envs: 4\n"
    "algorithm: {name: ppo, n_steps: 128, batch_size: 64, n_epochs: 1}\n"
    "network: {actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}\n"
    "log_interval: 1\n"
    "eval: {eval_freq: 512, n_eval_episodes: 2, n_final_episodes: 3}\n";

class TrainTest : public testing::Test {
 protected:
  void SetUp() override { folder_.write("recipe.yaml", recipe); }

  std::string file(const std::string& name) const { return folder_.file(name); }
  // Trains into run/ with these additional arguments.
  ChildProcess::Result train(std::vector<std::string> words = {}) const {
    words.insert(words.begin(), {"train", file("recipe.yaml"), "--run", file("run")});
    return run_sinew(words);
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(file("")))
      names.insert(entry.path().lexically_relative(file("")));
    return names;
  }
  // Expects one paragraph with this text, exit code 2, and nothing written.
  void expect_mistake(const std::vector<std::string>& words, const std::string& text) const {
    SCOPED_TRACE(text);
    const std::set<std::string> before = files();
    const ChildProcess::Result result = run_sinew(words);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_EQ(result.output, "");
    EXPECT_TRUE(result.errors.starts_with("sinew: ")) << result.errors;
    EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
    expect_contains(result.errors, text);
    EXPECT_EQ(files(), before);
  }
  // Expects this error for the recipe with one text replaced by another.
  void expect_bad_recipe(const std::string& from, const std::string& to, const std::string& text) const {
    std::string content = recipe;
    const size_t place = content.find(from);
    ASSERT_NE(place, std::string::npos) << from;
    folder_.write("bad.yaml", content.replace(place, from.size(), to));
    expect_mistake({"train", file("bad.yaml"), "--run", file("run")}, text);
  }

  const TemporaryFolder folder_;
};

TEST_F(TrainTest, TrainsThenPlaysThenShows) {
  const ChildProcess::Result trained = train();
  ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  expect_contains(trained.output, "1024 steps in ");
  expect_contains(trained.output, "\n  kept policy, of step ");
  expect_contains(trained.output, " over 3 fresh episodes (best evaluation ");
  expect_contains(trained.output, "\n  last policy, of step 1024: return ");
  expect_contains(trained.output, "sinew play " + file("run"));
  for (const char* name :
       {"best.safetensors", "config.yaml", "curve.png", "log.txt", "metrics.csv", "policy.safetensors", "task.yaml"})
    EXPECT_TRUE(fs::exists(file("run/") + name)) << name;

  const ChildProcess::Result played = run_sinew({"play", file("run"), "--episodes", "3", "--json", file("play.json")});
  ASSERT_EQ(played.exit_code, 0) << played.errors;
  expect_contains(played.output, "over 3 episodes of pendulum");
  const auto json = nlohmann::json::parse(read_file(file("play.json")));
  EXPECT_EQ(json.at("episodes").size(), 3u);
  double sum = 0;
  for (const auto& episode : json.at("episodes")) {
    sum += episode.at("reward").get<double>();
    EXPECT_EQ(episode.at("length"), 200);
    EXPECT_EQ(episode.at("terminated"), false);
  }
  EXPECT_NEAR(json.at("mean_reward").get<double>(), sum / 3, 1e-9);
  EXPECT_EQ(json.at("mean_ep_length"), 200);
  EXPECT_EQ(json.at("task"), "pendulum");
  EXPECT_GE(json.at("std_reward").get<double>(), 0);

  const ChildProcess::Result again = run_sinew({"play", file("run"), "--episodes", "3"});
  EXPECT_EQ(again.output, played.output);  // the same start states for the same seed
  EXPECT_NE(run_sinew({"play", file("run"), "--episodes", "3", "--seed", "9"}).output, played.output);

  const ChildProcess::Result shown = run_sinew({"show", file("run/policy.safetensors")});
  ASSERT_EQ(shown.exit_code, 0) << shown.errors;
  const size_t hash = trained.output.find("sha256 ");
  ASSERT_NE(hash, std::string::npos);
  expect_contains(shown.output, trained.output.substr(hash, 7 + 64));
  for (const char* text :
       {"task: pendulum", "sensor 'state': float32 [3]", "rad/s", "N m", "83 numbers in all", "FLOPs per row"})
    expect_contains(shown.output, text);
}

TEST_F(TrainTest, TheLastIterationIsWhole) {
  const ChildProcess::Result result = train({"--set", "total_timesteps=700"});
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  expect_contains(result.output, "1024 steps in ");
  expect_contains(result.errors, "100%  700/700 steps");
}

TEST_F(TrainTest, ShowsARecipeBeforeItIsTrained) {
  const ChildProcess::Result shown = run_sinew({"show", file("recipe.yaml")});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  for (const char* text : {"gae_lambda: 0.95", "actor.0.weight", "[3, 8]"}) expect_contains(shown.output, text);
}

TEST_F(TrainTest, TheThreadsDoNotChangeTheWeights) {
  const auto hash = [&](const char* threads) {
    const std::string output = train({"--overwrite", "--threads", threads}).output;
    return output.substr(output.find("sha256"), 71);
  };
  EXPECT_EQ(hash("1").size(), 71u);
  EXPECT_EQ(hash("1"), hash("3"));
}

TEST_F(TrainTest, SeveralSeedsGetAFolderEach) {
  const ChildProcess::Result result = train({"--seeds", "1-2"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  for (const char* name : {"run/seed_1/policy.safetensors", "run/seed_2/policy.safetensors", "run/curve.png"})
    EXPECT_TRUE(fs::exists(file(name))) << name;
  EXPECT_NE(read_file(file("run/seed_1/policy.safetensors")), read_file(file("run/seed_2/policy.safetensors")));
  expect_contains(read_file(file("run/seed_2/config.yaml")), "seed: 2");
  expect_contains(result.output, "sinew report " + file("run"));
  expect_mistake({"play", file("run")}, "holds runs of several seeds; choose one, such as");
  // All folders are checked before the first run.
  expect_mistake({"train", file("recipe.yaml"), "--run", file("run"), "--seeds", "3,2"}, "seed_2' already holds a run");
}

TEST_F(TrainTest, AnInterruptSavesThePolicyAndExits130) {
  // The shell writes its process id, which `exec` keeps.
  ChildProcess child({"sh", "-c",
                      "echo $$ > \"$1/pid\"; exec \"$0\" train \"$1/recipe.yaml\" --run \"$1/run\""
                      " --set total_timesteps=1e9 --set save_freq=0",
                      SINEW_PROGRAM, file("")});
  const auto row_count = [&] {
    const std::string path = file("run/metrics.csv");
    if (!fs::exists(path)) return std::ptrdiff_t{0};
    const std::string rows = read_file(path);
    return std::count(rows.begin(), rows.end(), '\n');
  };
  for (int i = 0; i < 3000 && row_count() < 3; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_GE(row_count(), 3);
  ::kill(std::stoi(read_file(file("pid"))), SIGINT);
  const ChildProcess::Result result = child.wait();
  EXPECT_EQ(result.exit_code, 130);
  expect_contains(result.output, "Stopped early, and saved. To continue:  ./sinew train ");
  EXPECT_EQ(run_sinew({"play", file("run"), "--episodes", "1"}).exit_code, 0);
}

TEST_F(TrainTest, AnExistingRunIsReplacedOnlyWhenAsked) {
  ASSERT_EQ(train().exit_code, 0);
  const std::string before = read_file(file("run/policy.safetensors"));
  expect_mistake({"train", file("recipe.yaml"), "--run", file("run"), "--seed", "2"}, "already holds a run (");
  EXPECT_EQ(read_file(file("run/policy.safetensors")), before);
  ASSERT_EQ(train({"--overwrite", "--seed", "2"}).exit_code, 0);
  EXPECT_NE(read_file(file("run/policy.safetensors")), before);
}

TEST_F(TrainTest, AMistakeInTheRecipeIsNamedWithItsPlace) {
  const std::string where = file("bad.yaml");
  expect_bad_recipe("n_envs", "n_env", where + ":3:1: unknown key 'n_env'; did you mean 'n_envs'?");
  expect_bad_recipe("batch_size", "batchsize", ":4:38: unknown key 'algorithm.batchsize'; did you mean 'batch_size'?");
  expect_bad_recipe("task: pendulum\n", "", ":1:1: the key 'task' is missing");
  expect_bad_recipe("name: ppo, ", "", "algorithm: the key 'name' is missing");
  expect_bad_recipe("n_envs: 4", "n_envs: four", ":3:9: n_envs: 'four' is not a whole number");
  expect_bad_recipe("n_envs: 4", "n_envs: 0", ":3:9: n_envs: 0 is out of range; it must be from 1 to 65536");
  expect_bad_recipe("n_epochs: 1", "gamma: 1.01", "algorithm.gamma: 1.01 is out of range; it must be from 0 to 1");
  expect_bad_recipe("n_envs: 4", "task: pendulum", ":3:1: the key 'task' is repeated");
  expect_bad_recipe("n_epochs: 1}", "n_epochs: 1", ":5:8: broken YAML: ");
  expect_bad_recipe("{name: ppo,", "ppo #", ":4:12: algorithm: a map (key: value) is expected, not a single value");
  expect_bad_recipe("name: ppo", "name: pppo",
                    ":4:19: algorithm.name: there is no algorithm 'pppo'; did you mean 'ppo'?");
  expect_bad_recipe("task: pendulum", "task: pendulim", "there is no task 'pendulim' in ");
  expect_bad_recipe("task: pendulum", "task: pendulim", "; did you mean 'pendulum'?");
  expect_bad_recipe("{linear: 8}", "{linaer: 8}",
                    ":5:19: network.actor.0: there is no layer 'linaer'; did you mean 'linear'?");
  expect_bad_recipe("{linear: 8}", "linear", ":5:19: linear needs the number of its outputs, as in {linear: 64}");
  expect_bad_recipe("network: {", "network: {encoders: {stte: {}}, ",
                    "network.encoders: the task has no sensor 'stte'; did you mean 'state'?");
  expect_bad_recipe("batch_size: 64", "batch_size: 100",
                    "algorithm.batch_size: 100 does not divide n_envs × n_steps = 4 × 128 = 512; choose a divisor of "
                    "it, such as 128");
}

TEST_F(TrainTest, AMistakeInTheTaskOrItsModelIsNamedWithItsPlace) {
  expect_mistake({"train", file("none.yaml")}, "cannot read '" + file("none.yaml") + "': No such file or directory");
  expect_bad_recipe("task: pendulum", "task: mine.yaml",
                    "there is no task 'mine.yaml'; looked for '" + file("mine.yaml") + "'");
  folder_.write("mine.yaml", "model: mine.xml\nobservations: {state: [qpos]}\nreward: {}\n");
  expect_bad_recipe(
      "task: pendulum", "task: mine.yaml",
      "mine.yaml:1:8: cannot load the model 'mine.xml': there is no such file; looked for '" + file("mine.xml") + "'");
  folder_.write("mine.xml", "<mujoco><worldbody><geom type=\"sfere\"/></worldbody></mujoco>");
  expect_bad_recipe("task: pendulum", "task: mine.yaml", "says: XML Error: invalid keyword: 'sfere'");
}

TEST_F(TrainTest, SeedsHave64BitsEverywhere) {
  const std::string largest = "18446744073709551615";
  const std::string folder = file("run/seed_" + largest);
  ASSERT_EQ(train({"--seeds", "18446744073709551614-" + largest}).exit_code, 0);
  expect_contains(read_file(folder + "/config.yaml"), "seed: " + largest + "\n");
  const auto hash = [&](const std::vector<std::string>& words) {
    const std::string output = train(words).output;
    return output.substr(output.find("sha256"), 71);
  };
  const auto seed_of = [&](std::vector<std::string> words) {
    const std::string result = file(words[0] + ".json");  // no command may overwrite another's file
    words.insert(words.end(), {"--json", result});
    EXPECT_EQ(run_sinew(words).exit_code, 0);
    return nlohmann::json::parse(read_file(result));
  };
  EXPECT_EQ(seed_of({"play", folder, "--episodes", "1", "--seed", largest}).at("seed"), UINT64_MAX);
  EXPECT_EQ(seed_of({"report", folder}).at("runs").at(0).at("seeds").at(0).at("seed"), UINT64_MAX);
  const auto both =
      seed_of({"report", file("run/seed_18446744073709551614"), file("run")}).at("runs").at(1).at("seeds");
  EXPECT_EQ(both.at(0).at("seed"), UINT64_MAX - 1);
  EXPECT_EQ(both.at(1).at("seed"), UINT64_MAX);
  EXPECT_EQ(hash({"--overwrite", "--seed", largest}), hash({"--overwrite", "--set", "seed=" + largest}));
}

TEST_F(TrainTest, AMistakeOnTheCommandLineIsNamed) {
  const auto expect = [&](std::vector<std::string> words, const std::string& text) {
    words.insert(words.begin(), {"train", file("recipe.yaml"), "--run", file("run")});
    expect_mistake(words, text);
  };
  expect({"--seeds", "3-1"}, "--seeds 3-1: '3-1' is not a range");
  expect({"--seeds", "1-x"}, "--seeds 1-x: write it as 1-5 or 1,2,3");
  expect({"--seeds", "1,2,1"}, "--seeds 1,2,1: the seed 1 appears twice");
  expect({"--seeds", "1-2", "--seed", "1"}, "--seed and --seeds exclude each other");
  expect({"--seed", "-3"}, "--seed -3: it must be 0 or more");
  expect({"--seed", "18446744073709551616"}, "--seed 18446744073709551616: the number is too large");
  expect({"--seeds", "1-18446744073709551616"}, "'18446744073709551616' is more than 64 bits hold");
  expect({"--threads", "0"}, "--threads 0: it must be from 1 to 1024");
  expect({"--threads", "two"}, "--threads");
  expect({"--set", "gamma"}, "--set gamma: write it as key=value");
  expect({"--set", "algorithm.gama=0.9"},
         "--set algorithm.gama=0.9: unknown key 'algorithm.gama'; did you mean 'gamma'?");
  expect({"--set", "algorithm.gamma=2"}, "--set algorithm.gamma=2: algorithm.gamma: 2 is out of range");
  expect({"--set", "task.name=x"}, "--set task.name=x");
  expect({"--overwritten"}, "unknown option '--overwritten'; did you mean '--overwrite'?");
}

TEST_F(TrainTest, AFolderThatCannotBeWrittenIsNamed) {
  expect_mistake({"train", file("recipe.yaml"), "--run", file("recipe.yaml/run")},
                 "cannot make the folder '" + file("recipe.yaml/run") + "': Not a directory");
  expect_mistake({"train", file("recipe.yaml"), "--run", file("recipe.yaml")}, "Not a directory");
}

TEST_F(TrainTest, APolicyThatDoesNotFitOrIsDamagedDoesNotPlay) {
  ASSERT_EQ(train().exit_code, 0);
  const std::string policy = file("run/policy.safetensors");
  expect_mistake({"play", policy, "--task", "cartpole"},
                 "does not fit: sensor 'state' has shape [3] in the policy, [4] in the task 'cartpole'");
  expect_mistake({"play", policy, "--task", "pendulums"}, "there is no task 'pendulums'");
  expect_mistake({"play", policy, "--episodes", "0"}, "--episodes 0: at least one");
  expect_mistake({"play", policy, "--seed", "-1"}, "--seed -1: it must be 0 or more");
  expect_mistake({"play", file("nowhere")}, "there is no policy '" + file("nowhere") + "'");
  expect_mistake({"play", file("recipe.yaml")}, "is a YAML file, not a policy");
  expect_mistake({"play", file("")}, "holds no policy; is it a run folder?");

  std::string content = read_file(policy);
  folder_.write("cut.safetensors", content.substr(0, content.size() / 2));
  content[content.size() - 3] ^= 1;
  folder_.write("flipped.safetensors", content);
  folder_.write("other.safetensors", "no policy at all");
  for (const char* command : {"play", "show"}) {
    expect_mistake({command, file("cut.safetensors")},
                   "'" + file("cut.safetensors") + "' is not an intact safetensors file");
    expect_mistake(
        {command, file("flipped.safetensors")},
        "the policy '" + file("flipped.safetensors") + "': it is damaged: the checksum does not match its content");
    expect_mistake({command, file("other.safetensors")}, "is not an intact safetensors file");
  }
}

TEST_F(TrainTest, AnUnknownBenchmarkIsNamed) {
  expect_mistake({"bench", "nest"}, "there is no benchmark 'nest'; did you mean 'nets'?");
}

}  // namespace
}  // namespace sinew

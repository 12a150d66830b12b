// A project that is moved, renamed or copied still resumes: nothing in a run stores its location. The model's content
// decides whether it is the same.
#include <algorithm>

#include "nets/formats/policy_file.h"
#include "tests/apps/small_project.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class MovedProject : public testing::Test {
 protected:
  void SetUp() override {
    write_small_project(folder_, "one");
    folder_.write("one/tasks/down.yaml", "extends: ../up.yaml\ntime_limit: 20\n");
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  ChildProcess::Result run(const std::string& project, const std::vector<std::string>& words) const {
    return run_sinew_in(file(project), words);
  }
  void expect_run(const std::string& project, const std::vector<std::string>& words) const {
    expect_success(run(project, words), words);
  }
  std::string weights(const std::string& policy) const {
    return load_policy(file(policy), builtin_layers<float>()).policy->weights_hash();
  }

  const TemporaryFolder folder_;
};

TEST_F(MovedProject, PlaysAndResumesToTheSameBits) {
  const std::vector<std::string> train = {"train", "ppo.yaml"},
                                 more = {"train", "ppo.yaml", "--resume", "--set", "total_timesteps=512"};
  expect_run("one", train);
  expect_run("one", {"train", "ppo.yaml", "--run", "runs/cloned", "--set", "initial_policy=runs/ppo/policy.safetensors",
                     "--set", "task=tasks/down.yaml", "--seeds", "1-2"});
  fs::copy(file("one"), file("copy"), fs::copy_options::recursive);
  fs::rename(file("one"), file("two words"));
  for (const std::string& project : {std::string("two words"), std::string("copy")}) {
    for (const char* policy : {"runs/ppo", "runs/cloned/seed_1", "runs/cloned/seed_2/policy.safetensors"})
      expect_run(project, {"play", policy, "--episodes", "1"});
    expect_run("", {"play", file(project + "/runs/ppo"), "--episodes", "1"});
    expect_run(project, more);
    expect_run(project,
               {"train", "ppo.yaml", "--run", "runs/cloned", "--set", "initial_policy=runs/ppo/policy.safetensors",
                "--set", "task=tasks/down.yaml", "--seeds", "1-2", "--resume", "--set", "total_timesteps=512"});
    expect_run(project, {"train", "runs/ppo/config.yaml", "--run", "runs/again"});  // a run's own recipe
    expect_run(project, {"play", "runs/ppo", "--task", "runs/ppo/task.yaml", "--episodes", "1"});
  }
  write_small_project(folder_, "still");
  expect_run("still", train);
  expect_run("still", more);
  EXPECT_EQ(weights("copy/runs/ppo/policy.safetensors"), weights("still/runs/ppo/policy.safetensors"));
}

TEST_F(MovedProject, NothingInARunSaysWhereItLies) {
  expect_run("one", {"train", file("one/ppo.yaml"), "--run", file("one/runs/ppo")});
  expect_run("one",
             {"train", "ppo.yaml", "--run", "runs/next", "--set",
              "initial_policy=" + file("one/runs/ppo/policy.safetensors"), "--set", "task=" + file("one/up.yaml")});
  for (const auto& entry : fs::recursive_directory_iterator(file("one/runs")))
    if (entry.is_regular_file() && entry.path().filename() != "log.txt") {
      EXPECT_EQ(read_file(entry.path().string()).find(file("one")), std::string::npos) << entry.path();
    }
}

TEST_F(MovedProject, AModelThatIsGoneIsNamedWithWhatToDo) {
  expect_run("one", {"train", "ppo.yaml"});
  fs::copy(file("one/runs/ppo"), file("elsewhere"), fs::copy_options::recursive);
  fs::rename(file("one/pole.xml"), file("one/mast.xml"));
  for (const char* policy : {"elsewhere", "one/runs/ppo"}) {
    const ChildProcess::Result result = run("", {"play", policy});
    EXPECT_EQ(result.exit_code, 2);
    expect_contains(result.errors, "was trained on the model '../../pole.xml', which is not there; looked for '");
    expect_contains(result.errors, "--task");
  }
  folder_.write("one/mast.yaml", std::string("model: mast.xml\n") + (small_task + 16));
  expect_run("", {"play", "elsewhere", "--episodes", "1", "--task", "one/mast.yaml"});
  expect_run("one", {"train", "ppo.yaml", "--resume", "--set", "task=mast.yaml", "--set", "total_timesteps=512"});
}

// Copied to the project's folder, or archived: the model is identified by its content.
TEST_F(MovedProject, APolicyThatWasCopiedFindsItsModel) {
  expect_run("one", {"train", "ppo.yaml"});
  fs::copy_file(file("one/runs/ppo/best.safetensors"), file("one/best.safetensors"));
  fs::copy_file(file("one/runs/ppo/best.safetensors"), file("best.safetensors"));
  fs::create_directories(file("one/old/runs"));
  fs::rename(file("one/runs/ppo"), file("one/old/runs/ppo"));
  for (const char* policy : {"best.safetensors", "../best.safetensors", "old/runs/ppo"})
    expect_run("one", {"play", policy, "--episodes", "1"});
  EXPECT_EQ(run("", {"play", "best.safetensors"}).exit_code, 2);
  folder_.write("one/pole.xml", std::string(small_model) + "<!-- another -->");
  EXPECT_EQ(run("one", {"play", "best.safetensors"}).exit_code, 2);  // it could be a different pole
}

TEST_F(MovedProject, APolicyIsFoundThroughALink) {
  expect_run("one", {"train", "ppo.yaml"});
  fs::create_directory(file("links"));
  fs::create_symlink("../one/runs/ppo/best.safetensors", file("links/best.safetensors"));
  expect_run("", {"play", "links/best.safetensors", "--episodes", "1"});
}

// A changed model is reported in one line, and no run resumes with it; a change without effect is not reported.
TEST_F(MovedProject, AChangedModelIsSaid) {
  expect_run("one", {"train", "ppo.yaml"});
  const auto warnings = [&](std::vector<std::string> words) {
    const ChildProcess::Result result = run("one", words);
    expect_success(result, words);
    return result.errors;
  };
  const std::vector<std::string> play = {"play", "runs/ppo", "--episodes", "1"},
                                 more = {"train", "ppo.yaml", "--resume", "--set", "total_timesteps=512"};
  EXPECT_EQ(warnings(play), "");
  folder_.write("one/pole.xml", std::string("<!-- a remark -->\n") + small_model);
  EXPECT_EQ(warnings(play), "");
  std::string changed = small_model;
  folder_.write("one/pole.xml", changed.replace(changed.find("gear=\"2\""), 8, "gear=\"-7\""));
  const std::string said = warnings(play);
  expect_contains(said, "the model 'pole.xml' was changed since 'runs/ppo/best.safetensors' was trained on it");
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  expect_contains(warnings({"play", "runs/ppo", "--episodes", "1", "--task", "up.yaml"}), "was changed");
  const ChildProcess::Result resumed = run("one", more);
  EXPECT_EQ(resumed.exit_code, 2);
  expect_contains(resumed.errors, "the compiled model");
  folder_.write("one/pole.xml", small_model);
  expect_run("one", more);
}

TEST_F(MovedProject, OlderPoliciesStillPlay) {
  expect_run("one", {"train", "ppo.yaml"});
  const std::string path = file("one/runs/ppo/best.safetensors");
  const LoadedPolicy loaded = load_policy(path, builtin_layers<float>());
  // As formerly written: with absolute paths, and without information on the model.
  PolicyInfo info = loaded.info;
  info.task = file("one/up.yaml");
  info.task_config.replace(info.task_config.find("../../pole.xml"), 14, file("one/pole.xml"));
  info.model = {};
  save_policy(file("old.safetensors"), *loaded.policy, info);
  expect_run("", {"play", "old.safetensors", "--episodes", "1"});
  expect_run("", {"play", "zoo/inverted_pendulum.safetensors", "--episodes", "1"});
}

}  // namespace
}  // namespace sinew

// Training that goes on from a policy's weights.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "agents/ppo/ppo.h"
#include "agents/run/trainer.h"
#include "nets/formats/policy_file.h"
#include "tests/agents/made_up_env.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

constexpr const char* recipe_text = R"(
task: inverted_pendulum
total_timesteps: 512
n_envs: 4
log_interval: 1
algorithm: {name: ppo, n_steps: 64, batch_size: 64, n_epochs: 1, learning_rate: 1.0e-3}
network: {actor: [{linear: 8}, tanh], critic: [{linear: 8}, tanh]}
eval: {eval_freq: 0, n_final_episodes: 0}
)";

class InitialPolicyTest : public testing::Test {
 protected:
  ~InitialPolicyTest() override { fs::remove_all(folder_); }
  TrainResult run(const std::string& name, const std::vector<std::string>& changes = {},
                  IfRunExists if_exists = IfRunExists::refuse) const {
    ConfigNode node = ConfigNode::parse_text(recipe_text, "recipe.yaml");
    for (const std::string& change : changes) node.assign(change);
    return train(read_recipe(node), registry_, {.run_folder = path(name), .if_run_exists = if_exists});
  }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  LoadedPolicy load(const std::string& name) const {
    return load_policy(path(name) + "/policy.safetensors", registry_.layers);
  }
  const std::string folder_ = testing::TempDir() + "sinew_initial_policy_" + std::to_string(::getpid());
  const Registry registry_ = Registry::builtin();
};

TEST_F(InitialPolicyTest, WeightsAndStatisticsAreTakenOver) {
  const TrainResult first = run("first");
  const std::string initial = "initial_policy=" + path("first") + "/policy.safetensors";
  const TrainResult still = run("still", {initial, "seed=2", "algorithm.learning_rate=0"});
  EXPECT_EQ(still.weights_hash, first.weights_hash);  // the critic's, too
  const Normalizer before = load("first").policy->normalizers()[0], after = load("still").policy->normalizers()[0];
  EXPECT_TRUE(std::ranges::equal(before.mean(), after.mean()));
  EXPECT_TRUE(std::ranges::equal(before.scale(), after.scale()));
  EXPECT_NE(run("on", {initial, "seed=2"}).weights_hash, first.weights_hash);
  const std::string folder = "initial_policy=" + path("first");
  EXPECT_EQ(run("of_folder", {folder, "seed=2", "algorithm.learning_rate=0"}).weights_hash, first.weights_hash);
}

TEST_F(InitialPolicyTest, AStoppedRunDoesNotNeedItAgain) {
  run("first");
  const std::string initial = "initial_policy=" + path("first") + "/policy.safetensors";
  const std::vector<std::string> changes = {initial, "algorithm.critic_warmup=600", "total_timesteps=1024"};
  const TrainResult whole = run("whole", changes);
  run("parts", {initial, "algorithm.critic_warmup=600"});
  fs::remove(path("first") + "/policy.safetensors");
  const TrainResult parts = run("parts", changes, IfRunExists::resume);
  EXPECT_EQ(parts.resumed_from, 512);
  EXPECT_EQ(parts.weights_hash, whole.weights_hash);
}

TEST_F(InitialPolicyTest, OneThatDoesNotFitStopsBeforeAnythingIsWritten) {
  run("first");
  const std::string initial = "initial_policy=" + path("first") + "/policy.safetensors";
  const auto refused = [&](const std::vector<std::string>& changes, const std::string& why) {
    expect_contains(error_of([&] { run("bad", changes); }), why);
    EXPECT_FALSE(fs::exists(path("bad") + "/config.yaml"));
  };
  refused({initial, "network.actor=[{linear: 9}]"},
          "initial_policy: '" + path("first") +
              "/policy.safetensors': its network is different: its parameter 'actor.0.weight'");
  refused({initial, "task=pendulum"}, "it does not fit: ");
  refused({"initial_policy=/nowhere.safetensors"},
          "initial_policy: there is no policy '/nowhere.safetensors'; give a run folder");
  refused({"initial_policy=" + folder_}, "initial_policy: the folder '" + folder_ + "' holds no policy");
}

TEST_F(InitialPolicyTest, APathCountsFromItsRecipe) {
  const Recipe recipe = read_recipe(ConfigNode::parse_text(
      std::string(recipe_text) + "initial_policy: a/../b.safetensors\n", "/x/y/recipe.yaml", "/x/y"));
  EXPECT_EQ(recipe.initial_policy->path, "/x/y/b.safetensors");
}

// While the critic warms up, what the actor needs stays as it is; it then begins with an optimiser that knows nothing.
TEST(CriticWarmup, TheActorRests) {
  for (const char* network : {"{actor: [{linear: 4}, tanh], critic: [{linear: 4}, tanh]}",
                              "{core: [{linear: 4}, tanh], actor: [{linear: 3}], critic: [{linear: 3}]}"}) {
    PpoConfig config;
    config.n_steps = 32;
    config.batch_size = 32;
    config.n_epochs = 2;
    config.critic_warmup = 100;  // two iterations of 64 steps
    Fixture<Ppo, PpoConfig> fixture(MadeUpEnv::factory(), 2, network, config);
    const auto values_of = [&](bool critic) {
      const Parameters& of = critic ? fixture.learner.critic().parameters() : fixture.learner.policy().parameters();
      return std::vector<float>(of.values().begin(), of.values().end());
    };
    const std::vector<float> actor = values_of(false);
    for (int iteration = 0; iteration < 2; ++iteration) {
      const std::vector<float> critic = values_of(true);
      fixture.learner.iterate(0);
      EXPECT_EQ(values_of(false), actor);
      EXPECT_NE(values_of(true), critic);
    }
    fixture.learner.iterate(0);
    EXPECT_NE(values_of(false), actor);
  }
}

}  // namespace
}  // namespace sinew

// Every byte of a run's files, flipped in turn, is either noticed or shown to change nothing.
#include <unistd.h>

#include <filesystem>

#include "agents/run/checkpoint_folder.h"
#include "agents/run/trainer.h"
#include "core/safe_file.h"
#include "nets/formats/policy_file.h"
#include "nets/formats/safetensors.h"
#include "tests/agents/checkpoint_text.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

// A small run of two iterations.
class DamageTest : public testing::Test {
 protected:
  void SetUp() override {
    const ConfigNode node = ConfigNode::parse_text(R"(
task: pendulum
total_timesteps: 128
n_envs: 2
log_interval: 1
algorithm: {name: ppo, n_steps: 32, batch_size: 32, n_epochs: 1}
network: {actor: [{linear: 2}, tanh], critic: [{linear: 2}, tanh]}
normalize_reward: true
eval: {eval_freq: 0, n_final_episodes: 0}
)",
                                                   "recipe.yaml");
    train(read_recipe(node), registry_, {.run_folder = folder_});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "sinew_damage_" + std::to_string(::getpid());
  const Registry registry_ = Registry::builtin();
};

TEST_F(DamageTest, OfACheckpointIsAlwaysNoticed) {
  const std::string good = read_file(CheckpointFolder(folder_ + "/checkpoints").file(128));
  EXPECT_NO_THROW(parse_checkpoint(good, "it"));
  std::string bad = good;
  for (size_t i = 0; i < good.size(); ++i)
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      bad[i] = static_cast<char>(good[i] ^ mask);
      ASSERT_THROW(parse_checkpoint(bad, "it"), Error) << "byte " << i;
      bad[i] = good[i];
    }
}

// The spaces of the header's JSON are the one thing that no checksum covers: what stands in a place of
// theirs and is still JSON means the same.
TEST_F(DamageTest, OfAPolicyFileIsNoticedOrHarmless) {
  const std::string path = folder_ + "/policy.safetensors", good = read_file(path);
  const TensorFile expected = parse_safetensors(good, "it");
  const std::string weights = whole_weights_hash(load_policy(path, registry_.layers));
  std::string bad = good;
  int harmless = 0;
  for (size_t i = 0; i < good.size(); ++i)
    for (const char mask : {'\x01', '\x80', '\xff'}) {
      bad[i] = static_cast<char>(good[i] ^ mask);
      try {
        const LoadedPolicy loaded = parse_policy(bad, "it", registry_.layers);
        ++harmless;
        ASSERT_EQ(parse_safetensors(bad, "it"), expected) << "byte " << i;
        ASSERT_EQ(whole_weights_hash(loaded), weights);
      } catch (const Error&) {
      }
      bad[i] = good[i];
    }
  EXPECT_LT(harmless, 16) << "of " << good.size() << " bytes";
}

}  // namespace
}  // namespace sinew

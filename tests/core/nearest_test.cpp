// Names × slips: a suggestion is the name that was meant, or one that is as near; or there is none.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/text.h"

namespace sinew {
namespace {

// Of each kind that is suggested: YAML keys, files, tasks, terms, layers, commands, sensors, joints.
const std::vector<std::vector<std::string>> kinds = {
    {"gamma", "gae_lambda", "learning_rate", "n_steps", "batch_size", "n_epochs", "clip_range", "ent_coef", "vf_coef"},
    {"ant_ppo.yaml", "half_cheetah_ppo.yaml", "half_cheetah_pixels_ppo.yaml", "hopper_ppo.yaml", "pusher_ppo.yaml",
     "quickstart.yaml", "walker2d_ppo.yaml", "humanoid_ppo.yaml"},
    {"ant", "half_cheetah", "hopper", "humanoid", "humanoid_standup", "inverted_pendulum", "pusher", "reacher",
     "swimmer", "walker2d", "cartpole"},
    {"joint_pos", "joint_vel", "body_pos", "body_quat", "projected_gravity", "last_action", "contact_force", "noise"},
    {"linear", "tanh", "relu", "layer_norm", "conv2d", "lstm", "gru", "attention", "flatten"},
    {"train", "play", "stream", "robot", "stop", "show", "report", "inspect", "replay", "doctor", "terms"},
    {"--seed", "--seeds", "--run", "--resume", "--overwrite", "--video", "--plot"},
    {"FL_hip_joint", "FR_hip_joint", "RL_hip_joint", "RR_hip_joint", "FL_calf_joint", "FR_calf_joint"},
    {"joint_1", "joint_2", "joint_3", "joint_4", "joint_5", "joint_6"}};

struct Slip {
  std::string what, text;
};

std::vector<Slip> slips_of(const std::string& name, Rng& rng) {
  std::vector<Slip> slips;
  const auto place = [&] { return static_cast<size_t>(rng.uniform(0, static_cast<double>(name.size()))); };
  const auto is_letter = [&](size_t i) { return std::isalpha(static_cast<unsigned char>(name[i])) != 0; };
  for (int i = 0; i < 4; ++i) {
    const size_t at = place();
    const char letter = static_cast<char>('a' + static_cast<int>(rng.uniform(0, 26)));
    slips.push_back({"a letter more", std::string(name).insert(at, 1, letter)});
    if (!is_letter(at)) continue;
    slips.push_back({"a letter less", std::string(name).erase(at, 1)});
    slips.push_back({"another letter", std::string(name).replace(at, 1, 1, letter)});
    if (at + 1 < name.size() && is_letter(at + 1)) {
      std::string swapped = name;
      std::swap(swapped[at], swapped[at + 1]);
      slips.push_back({"two letters swapped", swapped});
    }
  }
  std::string other = name;
  for (char& c : other) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  slips.push_back({"capitals", other});
  other = name;
  std::ranges::replace(other, '_', '-');
  slips.push_back({"hyphens", other});
  other = name;
  std::erase(other, '_');
  if (name.size() > 5) slips.push_back({"without separators", other});
  return slips;
}

TEST(Nearest, EverySlipFindsItsNameOrAnotherThatIsAsNear) {
  Rng rng(7);
  int found = 0, all = 0;
  for (const auto& names : kinds)
    for (const std::string& name : names) {
      EXPECT_EQ(nearest(name, names), name) << "the exact name counts";
      for (const Slip& slip : slips_of(name, rng)) {
        SCOPED_TRACE(name + ", " + slip.what + ": " + slip.text);
        const std::string near = nearest(slip.text, names);
        ++all;
        found += near == name;
        // Of a short name, a slip may be as near to another, or to none.
        const auto is_there = [&](const std::string& text) { return std::ranges::find(names, text) != names.end(); };
        EXPECT_TRUE(near.empty() ? name.size() < 5 : is_there(near));
      }
    }
  EXPECT_GT(found, all * 9 / 10) << found << " of " << all;
}

TEST(Nearest, TheExactNameCountsWhateverElseIsNear) {
  for (const auto& names : kinds)
    for (const std::string& name : names) {
      std::vector<std::string> others;
      for (const std::string& other : names)
        for (const char* end : {"", "s", "x", "_2"}) others.push_back(other + end);
      EXPECT_EQ(nearest(name, others), name);
    }
}

TEST(Nearest, NothingIsNearToWhatIsNoSlip) {
  for (const auto& names : kinds) {
    for (const std::string word :
         {"-", ".", "?", "o", "x", "7", "__", "--", "zzzzzz", "qwertyuiop", "entropy_regularisation"})
      EXPECT_EQ(nearest(word, names), std::ranges::find(names, word) == names.end() ? "" : word) << word;
    Rng rng(3);
    for (int i = 0; i < 200; ++i) {  // letters at random
      std::string word;
      for (int k = 0; k < 10; ++k) word += static_cast<char>('a' + static_cast<int>(rng.uniform(0, 26)));
      EXPECT_EQ(nearest(word, names), "") << word;
    }
  }
  EXPECT_EQ(nearest("-", {"o", "r"}), "") << "a file of one letter";
}

TEST(Nearest, AnotherNumberIsAnotherThing) {
  for (const char* word : {"joint_7", "joint_0", "joint_9", "joint_12"})
    EXPECT_EQ(nearest(word, kinds.back()), "") << word;
  EXPECT_EQ(nearest("joit_3", kinds.back()), "joint_3");
  EXPECT_EQ(nearest("Joint3", kinds.back()), "joint_3");
}

TEST(Nearest, OfNamesThatGoOnTheShortestIsMeant) {
  EXPECT_EQ(nearest("half_cheetah", kinds[1]), "half_cheetah_ppo.yaml");
  EXPECT_EQ(nearest("ppo_hopper", {"hopper_ppo", "ppo_walker"}), "hopper_ppo");
  EXPECT_EQ(nearest("hopper_ppo.yaml", kinds[1]), "hopper_ppo.yaml");
  EXPECT_EQ(nearest("n_stepz", {"n_epochs", "n_steps"}), "n_steps");
}

TEST(Nearest, WhatIsKnownIsNamedOnce) {
  EXPECT_EQ(suggestion("foo", {"observations", "observations", "actions"}), "; known: observations, actions");
}

}  // namespace
}  // namespace sinew

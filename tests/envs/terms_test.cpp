// Each term on its own, on a small world: a slider with a hinge and a site on top.
#include <gtest/gtest.h>

#include <cmath>

#include "envs/task_env.h"
#include "tests/core/expect_error.h"
#include "tests/sim/temporary_model.h"

namespace sinew {
namespace {

class Terms : public testing::Test {
 protected:
  Terms()
      : xml_(R"(<mujoco><option gravity="0 0 0"/><worldbody><body>
          <joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1"/>
          <body><joint name="hinge" axis="0 1 0"/><geom size="0.1" pos="0 0 1"/><site name="tip" pos="0 0 2"/></body>
        </body></worldbody></mujoco>)"),
        model_(Model::load(xml_.path())),
        sim_(model_),
        registry_(TaskRegistry::builtin()) {
    sim_.reset();
    sim_.qpos()[0] = 0.5;
    sim_.qpos()[1] = 0.3;
    sim_.qvel()[0] = -2;
    sim_.qvel()[1] = 30;
    sim_.forward();
  }

  std::vector<double> observe(const std::string& yaml) {
    const ConfigNode node = ConfigNode::parse_text(yaml, "term.yaml");
    const auto term = make_observation(node, *model_, registry_);
    std::vector<double> numbers(term->size());
    term->observe(sim_, numbers.data());
    return numbers;
  }
  template <class Term>
  std::unique_ptr<Term> make(const std::vector<TermRow<Term>>& table, const std::string& yaml) {
    const ConfigNode node = ConfigNode::parse_text(yaml, "term.yaml");
    return find_row(table, node.find("term")->text(), node, "term").make({node, *model_, registry_});
  }
  double reward(const std::string& yaml, bool terminated = false) {
    return make(registry_.rewards, yaml)->value({sim_, action_, 0.1, terminated});
  }
  bool ended(const std::string& yaml) { return make(registry_.terminations, yaml)->ended({sim_, action_, 0.1, false}); }

  TemporaryModel xml_;
  std::shared_ptr<const Model> model_;
  Simulation sim_;
  TaskRegistry registry_;
  std::vector<double> action_ = {3, -2};
};

TEST_F(Terms, Observations) {
  EXPECT_EQ(observe("qpos"), (std::vector{0.5, 0.3}));
  EXPECT_EQ(observe("{qpos: {from: 1}}"), (std::vector{0.3}));
  EXPECT_EQ(observe("{qpos: {to: 1}}"), (std::vector{0.5}));
  EXPECT_EQ(observe("qvel"), (std::vector{-2.0, 30.0}));
  EXPECT_EQ(observe("{clip: {of: qvel, low: -1, high: 10}}"), (std::vector{-1.0, 10.0}));
  EXPECT_EQ(observe("{sin: {of: {qpos: {from: 1}}}}"), (std::vector{std::sin(0.3)}));
  EXPECT_EQ(observe("{cos: {of: qpos}}"), (std::vector{std::cos(0.5), std::cos(0.3)}));
  EXPECT_EQ(observe("qfrc_constraint"), (std::vector{0.0, 0.0}));
}

TEST_F(Terms, ObservationErrors) {
  expect_contains(error_of([&] { observe("{clip: {of: qvel, low: 2, high: 1}}"); }), "low is 2, above high, 1");
  expect_contains(error_of([&] { observe("{clip: {of: qvel}}"); }), "the key 'low' is missing");
  expect_contains(error_of([&] { observe("{sin: {of: qposs}}"); }), "did you mean 'qpos'?");
  expect_contains(error_of([&] { observe("{qpos: {from: 1, to: 1}}"); }), "from 1 to 1 (excluded)");
}

TEST_F(Terms, Rewards) {
  EXPECT_EQ(reward("{term: action_cost}"), 13);
  EXPECT_EQ(reward("{term: alive}"), 1);
  EXPECT_EQ(reward("{term: alive}", true), 0);
  const double x = 0.5 + 2 * std::sin(0.3), z = 2 * std::cos(0.3);
  EXPECT_NEAR(reward("{term: site_error, site: tip, axis: x}"), x * x, 1e-14);
  EXPECT_NEAR(reward("{term: site_error, site: tip, axis: z, target: 2}"), (z - 2) * (z - 2), 1e-14);
  EXPECT_EQ(reward("{term: joint_velocity_cost, joint: hinge}"), 900);
  const auto velocity = make(registry_.rewards, "{term: x_velocity, joint: slide}");
  velocity->before_step(sim_);
  sim_.qpos()[0] = 0.75;
  EXPECT_NEAR(velocity->value({sim_, action_, 0.1, false}), 2.5, 1e-15);
}

TEST_F(Terms, Terminations) {
  EXPECT_FALSE(ended("{term: joint_outside, joint: hinge, low: -0.3, high: 0.3}"));
  EXPECT_TRUE(ended("{term: joint_outside, joint: hinge, high: 0.29}"));
  EXPECT_TRUE(ended("{term: joint_outside, joint: slide, low: 0.51}"));
  EXPECT_TRUE(ended("{term: site_below, site: tip, height: 1.92}"));
  EXPECT_FALSE(ended("{term: site_below, site: tip, height: 1.9}"));
  sim_.qpos()[1] = std::nan("");
  EXPECT_TRUE(ended("{term: joint_outside, joint: hinge}"));
}

TEST_F(Terms, ResetsAddNoise) {
  const auto apply = [&](const std::string& name, const std::string& parameters) {
    const ConfigNode node = ConfigNode::parse_text(parameters, "term.yaml");
    const auto term = find_row(registry_.resets, name, node, "reset term").make({node, *model_, registry_});
    double low = 0, high = 0, squares = 0;
    Rng rng(1);
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) {
      sim_.reset();
      term->apply(sim_, rng);
      EXPECT_EQ(sim_.qvel()[1], 0) << "no noise was asked for";
      low = std::min(low, sim_.qpos()[0]);
      high = std::max(high, sim_.qpos()[0]);
      squares += sim_.qpos()[1] * sim_.qpos()[1] / n;
    }
    return std::array{low, high, std::sqrt(squares)};
  };
  const auto [low, high, deviation] = apply("uniform", "{qpos: 0.1}");
  EXPECT_NEAR(low, -0.1, 1e-4);
  EXPECT_NEAR(high, 0.1, 1e-4);
  EXPECT_NEAR(deviation, 0.1 / std::sqrt(3), 1e-3);
  EXPECT_NEAR(apply("normal", "{qpos: 0.2}")[2], 0.2, 4e-3);
}

}  // namespace
}  // namespace sinew

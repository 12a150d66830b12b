// Each term on its own, on a small world: a slider with a hinge and a site on top.
#include <algorithm>
#include <cmath>

#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

class Terms : public TermTest {
 protected:
  Terms()
      : TermTest(R"(<mujoco><option gravity="0 0 0"/><worldbody><body name="cart">
          <joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1"/>
          <body name="pole">
            <joint name="hinge" axis="0 1 0"/><geom size="0.1" pos="0 0 1"/><site name="tip" pos="0 0 2"/>
          </body>
        </body></worldbody></mujoco>)") {
    sim_.qpos()[0] = 0.5;
    sim_.qpos()[1] = 0.3;
    sim_.qvel()[0] = -2;
    sim_.qvel()[1] = 30;
    sim_.forward();
    state_.action = {3, -2};
  }
};

TEST_F(Terms, Arrays) {
  EXPECT_EQ(observe("qpos"), (std::vector{0.5, 0.3}));
  EXPECT_EQ(observe("{qpos: {from: 1}}"), (std::vector{0.3}));
  EXPECT_EQ(observe("{qpos: {to: 1}}"), (std::vector{0.5}));
  EXPECT_EQ(observe("qvel"), (std::vector{-2.0, 30.0}));
  EXPECT_EQ(observe("qfrc_constraint"), (std::vector{0.0, 0.0}));
  EXPECT_EQ(observe("qfrc_actuator"), (std::vector{0.0, 0.0}));
  EXPECT_EQ(observe("cvel").size(), 12u);
  EXPECT_EQ(observe("{cinert: {from: 2}}").size(), 10u);
  EXPECT_FALSE(needs_external_forces_);
  EXPECT_EQ(observe("{cfrc_ext: {from: 0}}"), std::vector<double>(18));
  EXPECT_TRUE(needs_external_forces_);
}

TEST_F(Terms, Functions) {
  EXPECT_EQ(observe("{clip: {of: qvel, low: -1, high: 10}}"), (std::vector{-1.0, 10.0}));
  EXPECT_EQ(observe("{sin: {of: {qpos: {from: 1}}}}"), (std::vector{std::sin(0.3)}));
  EXPECT_EQ(observe("{cos: {of: qpos}}"), (std::vector{std::cos(0.5), std::cos(0.3)}));
}

TEST_F(Terms, Positions) {
  const double x = 0.5 + 2 * std::sin(0.3), z = 2 * std::cos(0.3);
  const std::vector<double> tip = observe("{site_pos: {site: tip, axes: [x, z]}}");
  EXPECT_NEAR(tip[0], x, 1e-14);
  EXPECT_NEAR(tip[1], z, 1e-14);
  EXPECT_EQ(observe("{body_pos: {body: cart}}"), (std::vector{0.5, 0.0, 0.0}));
  const std::vector<double> own = observe("{site_pos: {site: tip, relative_to: pole, frame: relative_to}}");
  EXPECT_NEAR(own[0], 0, 1e-14);
  EXPECT_NEAR(own[2], 2, 1e-14);
  EXPECT_NEAR(observe("{body_pos: {body: pole, relative_to: tip, axes: [x]}}")[0], 0.5 - x, 1e-14);
}

TEST_F(Terms, ObservationErrors) {
  expect_contains(error_of([&] { observe("{clip: {of: qvel, low: 2, high: 1}}"); }), "low is 2, above high, 1");
  expect_contains(error_of([&] { observe("{clip: {of: qvel}}"); }), "the key 'low' is missing");
  expect_contains(error_of([&] { observe("{sin: {of: qposs}}"); }), "did you mean 'qpos'?");
  expect_contains(error_of([&] { observe("{qpos: {from: 1, to: 1}}"); }), "from 1 to 1 (excluded)");
  expect_contains(error_of([&] { observe("{cvel: {from: 3}}"); }), "from 3 to 3 (excluded)");
  expect_contains(error_of([&] { observe("{body_pos: {body: pol}}"); }), "did you mean 'pole'?");
  expect_contains(error_of([&] { observe("{body_pos: {body: pole, axes: [w]}}"); }), "'w' is not one of x, y, z");
  expect_contains(error_of([&] { observe("{body_pos: {body: pole, frame: relative_to}}"); }), "needs 'relative_to'");
}

TEST_F(Terms, MotionRewards) {
  EXPECT_EQ(reward("alive"), 1);
  state_.terminated = true;
  EXPECT_EQ(reward("alive"), 0);
  const double x = 0.5 + 2 * std::sin(0.3), z = 2 * std::cos(0.3);
  EXPECT_NEAR(reward("site_error", "{site: tip, axis: x}"), x * x, 1e-14);
  EXPECT_NEAR(reward("site_error", "{site: tip, axis: z, target: 2}"), (z - 2) * (z - 2), 1e-14);
  EXPECT_NEAR(reward("distance", "{site: tip, to: pole}"), 2, 1e-14);
  EXPECT_NEAR(reward("distance", "{body: cart, to: tip}"), std::hypot(x - 0.5, z), 1e-14);
  EXPECT_NEAR(reward("value", "{of: qpos}"), 0.8, 1e-15);
}

TEST_F(Terms, RatesCompareBeforeAndAfter) {
  const auto velocity = make(registry_.rewards, "x_velocity", "{joint: slide}");
  const auto body = make(registry_.rewards, "body_velocity", "{body: pole}");
  const auto center = make(registry_.rewards, "center_of_mass_velocity", "{}");
  for (auto* term : {velocity.get(), body.get(), center.get()}) term->before_step(state_);
  sim_.qpos()[0] = 0.75;
  sim_.forward();
  for (auto* term : {velocity.get(), body.get(), center.get()}) EXPECT_NEAR(term->value(state_), 2.5, 1e-12);
}

TEST_F(Terms, EffortRewards) {
  EXPECT_EQ(reward("action_cost"), 13);
  EXPECT_EQ(reward("control_cost"), 0);
  EXPECT_EQ(reward("joint_velocity_cost", "{joint: hinge}"), 900);
  EXPECT_EQ(reward("external_force_cost", "{clip: 1, most: 5}"), 0);
}

TEST_F(Terms, Terminations) {
  EXPECT_FALSE(ended("joint_outside", "{joint: hinge, low: -0.3, high: 0.3}"));
  EXPECT_TRUE(ended("joint_outside", "{joint: hinge, low: -0.3, high: 0.3, open: true}"));
  EXPECT_TRUE(ended("joint_outside", "{joint: hinge, high: 0.29}"));
  EXPECT_TRUE(ended("joint_outside", "{joint: slide, low: 0.51}"));
  EXPECT_TRUE(ended("site_below", "{site: tip, height: 1.92}"));
  EXPECT_FALSE(ended("site_below", "{site: tip, height: 1.9}"));
  EXPECT_FALSE(ended("outside", "{of: qpos, low: 0.3, high: 0.5}"));
  EXPECT_TRUE(ended("outside", "{of: qpos, low: 0.3, high: 0.5, open: true}"));
  EXPECT_TRUE(ended("outside", "{of: qvel, high: 29}"));
  sim_.qpos()[1] = std::nan("");
  EXPECT_TRUE(ended("joint_outside", "{joint: hinge}"));
  EXPECT_TRUE(ended("outside", "{of: qpos}"));
}

TEST_F(Terms, ResetsAddNoise) {
  const auto apply = [&](const std::string& name, const std::string& parameters) {
    const auto term = make(registry_.resets, name, parameters);
    double low = 0, high = 0, squares = 0;
    constexpr int n = 20000;
    for (int i = 0; i < n; ++i) {
      sim_.reset();
      term->apply(state_, rng_);
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
  EXPECT_EQ(apply("uniform", "{qpos: 0.1, joints: [hinge]}")[0], 0);
}

TEST_F(Terms, ResetsPlace) {
  const auto disc = make(registry_.resets, "disc", "{joints: [slide, hinge], radius: 2}");
  const auto box =
      make(registry_.resets, "box", "{joints: [hinge, slide], low: [-1, 0], high: [0, 2], min_distance: 1}");
  double farthest = 0, nearest = 10;
  for (int i = 0; i < 5000; ++i) {
    disc->apply(state_, rng_);
    farthest = std::max(farthest, std::hypot(sim_.qpos()[0], sim_.qpos()[1]));
    box->apply(state_, rng_);
    EXPECT_TRUE(sim_.qpos()[1] >= -1 && sim_.qpos()[1] <= 0 && sim_.qpos()[0] >= 0 && sim_.qpos()[0] <= 2);
    nearest = std::min(nearest, std::hypot(sim_.qpos()[0], sim_.qpos()[1]));
  }
  EXPECT_LT(farthest, 2);
  EXPECT_GT(farthest, 1.98);
  EXPECT_GT(nearest, 1);
  EXPECT_LT(nearest, 1.02);
  expect_contains(error_of([&] { make(registry_.resets, "disc", "{joints: [slide], radius: 1}"); }), "2 are needed");
  expect_contains(error_of([&] { make(registry_.resets, "disc", "{joints: [slide, hinge], radius: 1e308}"); }),
                  "1000000");
  expect_contains(
      error_of([&] { make(registry_.resets, "box", "{joints: [slide], low: [0], high: [1], min_distance: 1}"); }),
      "no point of the box");
}

}  // namespace
}  // namespace sinew

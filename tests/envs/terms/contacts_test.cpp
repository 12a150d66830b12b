// Terms about contacts and falls: feet that stand, swing and slip, what ends an episode.
#include <cmath>

#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

/// A box of 1 kg, which stands at z = 0.1, and a ball of 2 kg beside it, on a floor.
class Contacts : public TermTest {
 protected:
  static constexpr double standing = 0.0999, flying = 0.5;

  Contacts()
      : TermTest(R"(<mujoco><worldbody><geom name="floor" type="plane" size="9 9 1"/>
          <body name="box"><freejoint/><geom name="block" type="box" size="0.1 0.1 0.1" mass="1"/></body>
          <body name="ball" pos="1 0 0"><freejoint/><geom name="round" size="0.1" mass="2"/></body>
          <body name="hull" pos="0 0 0.4"><joint name="lid" type="hinge" limited="true" range="-10 10"/>
            <inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/><site name="mast" pos="0 0 0.3"/></body>
        </worldbody></mujoco>)") {
    place(standing, standing);
  }
  void place(double box, double ball) {
    sim_.reset();
    sim_.qpos()[2] = box;
    sim_.qpos()[9] = ball;
    sim_.forward();
  }
  std::string reward_error(const std::string& name, const std::string& parameters) {
    return error_of([&] { reward(name, parameters); });
  }
  std::string end_error(const std::string& name, const std::string& parameters) {
    return error_of([&] { ended(name, parameters); });
  }
  const std::string both = "{bodies: [box, ball]}", both_with_limit = "{geoms: [block, round], limit: 5}";
};

TEST_F(Contacts, AreCounted) {
  EXPECT_EQ(reward("contact_count", both), 2);
  EXPECT_EQ(reward("contact_count", "{geoms: [block]}"), 1);
  EXPECT_EQ(reward("contact_count", "{bodies: [box, ball], with: [floor]}"), 2);
  EXPECT_EQ(reward("contact_count", "{bodies: [box, ball], with: [ball]}"), 0);
  EXPECT_EQ(reward("contact_count", "{geoms: [floor], with: [round]}"), 1);
  place(flying, standing);
  EXPECT_EQ(reward("contact_count", both), 1);
  EXPECT_TRUE(ended("contact", both));
  EXPECT_FALSE(ended("contact", "{bodies: [box]}"));
  EXPECT_TRUE(ended("contact", "{geoms: [round], with: [world]}"));
  EXPECT_FALSE(ended("contact", "{geoms: [round], with: [box]}"));
  place(flying, flying);
  EXPECT_EQ(reward("contact_count", both), 0);
}

TEST_F(Contacts, Weigh) {
  ASSERT_TRUE(sim_.step(2000));
  EXPECT_NEAR(reward("contact_force_excess", both_with_limit), (9.81 - 5) + (2 * 9.81 - 5), 0.01);
  EXPECT_NEAR(reward("contact_force_excess", "{bodies: [box, ball], limit: 15}"), 2 * 9.81 - 15, 0.01);
}

TEST_F(Contacts, Slip) {
  EXPECT_EQ(reward("foot_slip", both), 0);
  sim_.qvel()[0] = 0.3;
  sim_.qvel()[1] = -0.4;
  sim_.qvel()[2] = -1;
  sim_.forward();
  EXPECT_NEAR(reward("foot_slip", both), 0.25, 1e-12);
  sim_.qvel()[6] = 1;         // the ball rolls along x:
  sim_.qvel()[10] = 1 / 0.1;  // about y
  sim_.forward();
  EXPECT_NEAR(reward("foot_slip", "{geoms: [round]}"), 0, 1e-5);
  sim_.qvel()[10] = 0;
  sim_.forward();
  EXPECT_NEAR(reward("foot_slip", both), 1.25, 1e-12);
  sim_.qpos()[2] = flying;
  sim_.forward();
  EXPECT_NEAR(reward("foot_slip", both), 1, 1e-12) << "in the air it does not slip";
}

TEST_F(Contacts, TimeInTheAirCountsAtTouchdown) {
  place(flying, flying);
  const auto term = make(registry_.rewards, "air_time", "{bodies: [box, ball], target: 0.2}");
  const auto step = [&](bool box, bool ball) {
    place(box ? standing : flying, ball ? standing : flying);
    return term->value(state_);
  };
  EXPECT_EQ(step(false, false), 0);
  EXPECT_EQ(step(true, true), 0) << "it had not stood before";
  EXPECT_EQ(step(true, true), 0);
  EXPECT_EQ(step(false, false), 0);
  EXPECT_NEAR(step(false, true), 0.1 - 0.2, 1e-15) << "a short step costs";
  EXPECT_EQ(step(false, false), 0);
  EXPECT_EQ(step(false, false), 0);
  EXPECT_NEAR(step(true, true), (0.4 - 0.2) + (0.2 - 0.2), 1e-15);
  EXPECT_EQ(step(true, true), 0);
  step(false, false);
  term->begin_episode(state_);
  EXPECT_EQ(step(true, true), 0) << "another episode";
}

TEST_F(Contacts, Errors) {
  expect_contains(reward_error("foot_slip", "{}"), "one of 'geoms' and 'bodies' is needed");
  expect_contains(reward_error("foot_slip", "{geoms: [block], bodies: [box]}"),
                  "one of 'geoms' and 'bodies' is needed");
  expect_contains(reward_error("contact_count", "{geoms: [blok]}"), "did you mean 'block'?");
  expect_contains(reward_error("contact_count", "{bodies: [box, box]}"), "'box' is named twice");
  expect_contains(reward_error("contact_count", "{bodies: [hull]}"), "no geom of its own");
  expect_contains(reward_error("contact_count", "{bodies: [box], with: [flor]}"), "'flor'");
  expect_contains(reward_error("air_time", "{bodies: [box]}"), "the key 'target' is missing");
  expect_contains(reward_error("contact_force_excess", "{bodies: [box], limit: -1}"), "must be at least 0");
  expect_contains(end_error("contact", "{bodies: [boxx]}"), "did you mean 'box'?");
}

TEST_F(Contacts, Height) {
  EXPECT_FALSE(ended("height", "{body: hull, low: 0.4, high: 0.4}"));
  EXPECT_TRUE(ended("height", "{body: hull, low: 0.41}"));
  EXPECT_TRUE(ended("height", "{site: mast, high: 0.69}"));
  EXPECT_FALSE(ended("height", "{site: mast, low: 0.69}"));
  expect_contains(end_error("height", "{low: 1}"), "one of 'body' and 'site' is needed");
  expect_contains(end_error("height", "{body: hull}"), "'low', 'high' or both");
  expect_contains(end_error("height", "{body: hull, low: 1, high: 0}"), "low is 1, above high, 0");
  expect_contains(end_error("height", "{body: hul, low: 1}"), "did you mean 'hull'?");
}

TEST_F(Contacts, Tilt) {
  const auto tilt = [&](double x, double y) {  // about x, then about z, which does not matter
    sim_.qpos()[3] = std::cos(x / 2) * std::cos(y / 2);
    sim_.qpos()[4] = std::sin(x / 2) * std::cos(y / 2);
    sim_.qpos()[5] = std::sin(x / 2) * std::sin(y / 2);
    sim_.qpos()[6] = std::cos(x / 2) * std::sin(y / 2);
    sim_.forward();
    return ended("tilt", "{body: box, most: 0.5}");
  };
  EXPECT_FALSE(tilt(0, 1));
  EXPECT_FALSE(tilt(0.49, 2));
  EXPECT_TRUE(tilt(0.51, 2));
  EXPECT_TRUE(tilt(-0.51, 0));
  EXPECT_TRUE(tilt(3, 0));
  expect_contains(end_error("tilt", "{body: box, most: 30}"), "from 0 (excluded) to 3.14");
}

TEST_F(Contacts, JointLimits) {
  const double degree = std::acos(-1.0) / 180;
  sim_.qpos()[14] = 10.5 * degree;
  EXPECT_TRUE(ended("joint_limits"));
  EXPECT_FALSE(ended("joint_limits", "{joints: [lid], margin: 0.01}"));
  sim_.qpos()[14] = -10.6 * degree;
  EXPECT_TRUE(ended("joint_limits", "{margin: 0.01}"));
}

TEST_F(Contacts, SuccessIsToStay) {
  const auto term = make(registry_.terminations, "success", "{of: {qpos: {from: 0, to: 2}}, within: 0.5, steps: 3}");
  EXPECT_TRUE(term->is_success());
  const auto step = [&](double x, double y) {
    sim_.qpos()[0] = x;
    sim_.qpos()[1] = y;
    return term->ended(state_);
  };
  EXPECT_FALSE(step(0.3, 0.4));
  EXPECT_FALSE(step(0, 0));
  EXPECT_FALSE(step(0.3, 0.41));
  EXPECT_FALSE(step(0, 0));
  EXPECT_FALSE(step(0, 0));
  EXPECT_TRUE(step(0, 0));
  term->begin_episode(state_);
  EXPECT_FALSE(step(0, 0)) << "an episode starts again";
  EXPECT_TRUE(ended("success", "{of: {qpos: {to: 1}}, within: 0}"));
  expect_contains(end_error("success", "{of: qpos}"), "the key 'within' is missing");
  expect_contains(end_error("success", "{of: qpos, within: 1, steps: 0}"), "must be at least 1");
}

}  // namespace
}  // namespace sinew

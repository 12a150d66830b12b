// What each randomisation changes, on a cart with a pole, a free box and one of each kind of actuator.
#include <algorithm>
#include <cmath>

#include "tests/core/expect_error.h"
#include "tests/envs/term_fixture.h"

namespace sinew {
namespace {

class Randomizations : public TermTest {
 protected:
  Randomizations()
      : TermTest(R"(<mujoco><worldbody>
          <geom name="floor" type="plane" size="9 9 1"/>
          <body name="cart" pos="0 0 2">
            <joint name="slide" type="slide" axis="1 0 0" damping="0.5"/><geom name="shell" size="0.1" mass="2"/>
            <body name="pole">
              <inertial pos="0 0 0.5" mass="1" diaginertia="1 2 3"/>
              <joint name="hinge" axis="0 1 0" damping="2" armature="0.25"/>
            </body>
          </body>
          <body name="mount"><geom size="0.1" pos="0 5 5" mass="0"/></body>
          <body name="box" pos="0 3 2"><freejoint name="free"/><geom name="wood" size="0.1" mass="4"/></body>
        </worldbody><actuator>
          <motor name="motor" joint="slide"/><position name="servo" joint="hinge" kp="20"/>
          <muscle name="muscle" joint="hinge" force="100" lengthrange="0.5 1"/>
        </actuator></mujoco>)") {
    sim_.make_model_its_own();
  }

  std::unique_ptr<RandomizationTerm> term(const std::string& name, const std::string& parameters) {
    return make(registry_.randomizations, name, parameters);
  }
  void apply(const std::string& name, const std::string& parameters) {
    const auto made = term(name, parameters);
    made->apply(state_, rng_);
    if (made->changes_model()) sim_.parameters_changed();
  }
  std::span<double> now(ModelParameter parameter) { return sim_.parameter(parameter); }
  double nominal(ModelParameter parameter, size_t i) { return model_->parameter(parameter)[i]; }

  static constexpr size_t cart = 1, pole = 2, mount = 3, box = 4;
};

TEST_F(Randomizations, MassWithItsInertia) {
  apply("mass", "{scale: 2}");
  EXPECT_EQ(now(ModelParameter::body_mass)[cart], 4);
  EXPECT_EQ(now(ModelParameter::body_mass)[box], 8);
  EXPECT_EQ(now(ModelParameter::body_mass)[mount], 0);
  EXPECT_EQ(now(ModelParameter::body_inertia)[3 * pole + 0], 2 * nominal(ModelParameter::body_inertia, 3 * pole));
  apply("mass", "{bodies: [pole], add: 0.5}");
  EXPECT_EQ(now(ModelParameter::body_mass)[pole], 1.5);
  EXPECT_EQ(now(ModelParameter::body_inertia)[3 * pole + 2], 1.5 * nominal(ModelParameter::body_inertia, 3 * pole + 2));
  EXPECT_EQ(now(ModelParameter::body_mass)[cart], 4) << "not named";
}

TEST_F(Randomizations, AreFeltByThePhysics) {
  apply("mass", "{bodies: [box], scale: 2}");
  sim_.qfrc_applied()[2] = 16;  // N along x, on 8 kg
  ASSERT_TRUE(sim_.step());
  EXPECT_NEAR(sim_.qvel()[2], 2 * model_->timestep(), 1e-12);
}

TEST_F(Randomizations, NeverDrift) {
  const auto mass = term("mass", "{scale: [0.5, 2]}");
  const auto center = term("center_of_mass", "{offset: 0.1}");
  double least = 10, most = 0, farthest = 0;
  for (int i = 0; i < 2000; ++i) {
    mass->apply(state_, rng_);
    center->apply(state_, rng_);
    least = std::min(least, now(ModelParameter::body_mass)[cart]);
    most = std::max(most, now(ModelParameter::body_mass)[cart]);
    farthest = std::max(farthest, std::abs(now(ModelParameter::body_ipos)[3 * pole + 2] - 0.5));
  }
  EXPECT_GE(least, 1);
  EXPECT_LT(least, 1.01);
  EXPECT_LE(most, 4);
  EXPECT_GT(most, 3.97);
  EXPECT_LE(farthest, 0.1 + 1e-15);
  EXPECT_GT(farthest, 0.0999);
  EXPECT_EQ(model_->parameter(ModelParameter::body_mass)[cart], 2) << "the shared model";
}

TEST_F(Randomizations, CenterOfMassAlongSomeAxes) {
  apply("center_of_mass", "{bodies: [cart], offset: [0.1, 0, 0.2]}");
  const auto center = now(ModelParameter::body_ipos).subspan(3 * cart, 3);
  EXPECT_NE(center[0], 0);
  EXPECT_EQ(center[1], 0);
  EXPECT_LE(std::abs(center[2]), 0.2);
}

TEST_F(Randomizations, Friction) {
  const auto friction = now(ModelParameter::geom_friction);
  apply("friction", "{geoms: [floor, wood], scale: [0.5, 1.5]}");
  EXPECT_NE(friction[0], 1);
  EXPECT_EQ(friction[1], friction[0] * nominal(ModelParameter::geom_friction, 1));
  EXPECT_EQ(friction[9], friction[0]) << "one draw for all";
  EXPECT_EQ(friction[3], 1) << "not named";
  apply("friction", "{range: 0.25}");
  EXPECT_EQ(friction[0], 0.25);
  EXPECT_EQ(friction[3], 0.25);
}

TEST_F(Randomizations, DampingAndArmature) {
  apply("damping", "{scale: 3}");
  EXPECT_EQ(now(ModelParameter::dof_damping)[0], 1.5);
  EXPECT_EQ(now(ModelParameter::dof_damping)[1], 6);
  EXPECT_EQ(now(ModelParameter::dof_damping)[2], 0);
  apply("armature", "{joints: [hinge], scale: [2, 2]}");
  EXPECT_EQ(now(ModelParameter::dof_armature)[1], 0.5);
  apply("armature", "{joints: [hinge, free], add: [0.5, 1]}");
  const auto armature = now(ModelParameter::dof_armature);
  EXPECT_TRUE(armature[1] >= 0.75 && armature[1] <= 1.25);
  for (size_t i = 3; i < 8; ++i) EXPECT_EQ(armature[i], armature[2]) << "one draw for a joint";
  EXPECT_EQ(armature[0], 0);
}

TEST_F(Randomizations, JointFrictionIsFeltByThePhysics) {
  EXPECT_EQ(now(ModelParameter::dof_friction)[0], 0);
  apply("joint_friction", "{joints: [slide], add: 4}");
  EXPECT_EQ(now(ModelParameter::dof_friction)[0], 4);
  EXPECT_EQ(now(ModelParameter::dof_friction)[1], 0) << "not named";
  sim_.qfrc_applied()[0] = 3;
  ASSERT_TRUE(sim_.step(10));
  EXPECT_NEAR(sim_.qvel()[0], 0, 0.01) << "it sticks";
  sim_.qfrc_applied()[0] = 9;
  ASSERT_TRUE(sim_.step(10));
  EXPECT_GT(sim_.qvel()[0], 0.02);
}

TEST_F(Randomizations, GainsScaleTheForce) {
  apply("gains", "{scale: 1.5}");
  const auto gain = now(ModelParameter::actuator_gain), bias = now(ModelParameter::actuator_bias);
  EXPECT_EQ(gain[0], 1.5);
  EXPECT_EQ(gain[10], 30);
  EXPECT_EQ(bias[11], -30) << "kp of the servo, on both sides";
  EXPECT_EQ(gain[22], 150) << "the muscle's peak force";
  EXPECT_EQ(gain[24], nominal(ModelParameter::actuator_gain, 24)) << "and not its lengths";
  sim_.ctrl()[1] = 0.1;
  sim_.forward();
  EXPECT_NEAR(sim_.actuator_force()[1], 3, 1e-12);
}

TEST_F(Randomizations, EncoderOffset) {
  apply("encoder_offset", "{joints: [hinge], range: [0.01, 0.02]}");
  const double error = observe("{joint_pos: {joints: [hinge]}}")[0];
  EXPECT_TRUE(error >= 0.01 && error < 0.02);
  EXPECT_EQ(observe("{joint_pos: {joints: [slide]}}")[0], 0);
  EXPECT_EQ(sim_.qpos()[1], 0) << "the joint itself is where it was";
  EXPECT_FALSE(term("encoder_offset", "{range: 0.1}")->changes_model());
}

TEST_F(Randomizations, PushAddsVelocity) {
  const auto push = term("push", "{body: box, velocity: 0.5, angular: 2}");
  double linear = 0, angular = 0;
  for (int i = 0; i < 2000; ++i) {
    sim_.qvel()[2] = 1;
    sim_.qvel()[7] = 0;
    push->apply(state_, rng_);
    linear = std::max(linear, std::abs(sim_.qvel()[2] - 1));
    angular = std::max(angular, std::abs(sim_.qvel()[7]));
  }
  EXPECT_TRUE(linear > 0.49 && linear <= 0.5);
  EXPECT_TRUE(angular > 1.98 && angular <= 2);
  EXPECT_EQ(sim_.qvel()[0], 0);
  apply("push", "{body: cart, velocity: 1}");
  EXPECT_NE(sim_.qvel()[0], 0);
  EXPECT_EQ(sim_.qvel()[1], 0);
}

TEST_F(Randomizations, Errors) {
  const auto expect_error = [this](const std::string& name, const std::string& parameters, const std::string& part) {
    expect_contains(error_of([&] { term(name, parameters); }), part);
  };
  expect_error("mass", "{bodies: [cat], scale: 1}", "did you mean 'cart'?");
  expect_error("mass", "{bodies: [mount], scale: 1}", "the body 'mount' has no mass");
  expect_error("mass", "{}", "one of 'scale' (a factor) and 'add' is needed");
  expect_error("mass", "{scale: 1, add: 1}", "one of 'scale'");
  expect_error("mass", "{scale: [2, 1]}", "low is 2, above high, 1");
  expect_error("mass", "{scale: [0, 1]}", "out of range");
  expect_error("mass", "{bodies: [pole], add: [-1, 0]}", "the body 'pole' weighs 1 kg; only 0 kg");
  expect_error("center_of_mass", "{offset: -1}", "out of range");
  expect_error("center_of_mass", "{offset: [1, -1, 0]}", "out of range");
  expect_error("center_of_mass", "{offset: [1, 1]}", "it has 2 numbers where 3 are needed");
  expect_error("friction", "{geoms: [wod], scale: 1}", "did you mean 'wood'?");
  expect_error("friction", "{scale: 1, range: 1}", "one of 'scale' (a factor) and 'range'");
  expect_error("damping", "{add: -1}", "the joint 'slide' has 0.5, which would become as little as -0.5");
  expect_error("gains", "{actuators: [servoo], scale: 1}", "did you mean 'servo'?");
  expect_error("gains", "{}", "the key 'scale' is missing");
  expect_error("encoder_offset", "{joints: [free], range: 1}", "the joint 'free' is neither a hinge nor a slide");
  expect_error("encoder_offset", "{range: [0, 1, 2]}", "a range is two numbers, [low, high]");
  expect_error("push", "{body: mount, velocity: 1}", "the body 'mount' has no joint of its own");
  expect_error("push", "{body: pole, velocity: 1}", "has no joint of its own that such a push would move");
  expect_error("push", "{body: box}", "'velocity' (m/s) or 'angular' (rad/s) is needed");
}

}  // namespace
}  // namespace sinew

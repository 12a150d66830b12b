// A task's robot as a body for the link: its behaviour at each tick, and the robot's file that is drafted for it.
#include "apps/robot/simulated_robot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "apps/robot/robot_draft.h"
#include "envs/task/make_env.h"
#include "sim/camera/camera.h"
#include "tests/core/expect_error.h"
#include "vision/image_pipeline.h"

namespace sinew {
namespace {

constexpr uint64_t seed = 5;

EnvFactory factory_of(const std::string& extends, const std::string& more) {
  const std::string yaml = "extends: " SINEW_SOURCE_DIR "/configs/tasks/" + extends + ".yaml\n" + more;
  return load_task(ConfigNode::parse_text(yaml, "task.yaml"), extends, "").factory;
}

RobotConfig draft_of(const EnvFactory& make, const std::string& name) {
  const std::unique_ptr<Env> env = make();
  return draft_robot(dynamic_cast<const TaskEnv&>(*env), name);
}

std::vector<float> numbers_of(const Env& env) {
  std::vector<float> all;
  for (size_t i = 0; i < env.spec().sensors.size(); ++i) {
    if (env.spec().sensors[i].is_image()) continue;
    const std::span<const double> values = env.observation(static_cast<int>(i));
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// A simulated robot, ticked by hand as RobotControl does it: measure, command the actuators, and every so many ticks
/// observe.
struct Ticked {
  explicit Ticked(EnvFactory make_env, SimulatedRobot::Options options = {.seed = seed}, double control_rate = 0)
      : make(std::move(make_env)), config(draft_of(make, "test")) {
    if (control_rate > 0) config.control_rate = control_rate;
    options.on_event = [this](const std::string& event) { events.push_back(event); };
    body.emplace(make, config, std::move(options));
    numbers.resize(static_cast<size_t>(InterfaceSpec{body->sensors(), {}}.observation_size()));
  }
  void tick(const std::vector<double>& commands) {
    const RobotState state = body->measure();
    position.assign(state.joints.position.begin(), state.joints.position.end());
    if (commands.empty())
      body->rest();
    else
      body->command(commands);
  }
  /// Makes the ticks of an env step, with the observation at the last one. That tick already gets `then`, as if the
  /// answer came at once, so that the next env step has a single action throughout. Empty: no command.
  void step(const std::vector<double>& commands, const std::vector<double>& then) {
    for (int i = 1; i < config.ticks(); ++i) tick(commands);
    tick(then);
    body->observe(numbers, scene);
  }
  void rest() { step({}, {}); }
  /// A command for each actuator, within its limits.
  std::vector<double> random_commands(Rng& rng) const {
    std::vector<double> commands;
    for (const ActuatorConfig& one : config.actuators) commands.push_back(one.offset + one.scale * rng.uniform(-1, 1));
    return commands;
  }
  std::vector<double> action_of(const std::vector<double>& commands) const {
    std::vector<double> action;
    for (size_t i = 0; i < commands.size(); ++i)
      action.push_back((commands[i] - config.actuators[i].offset) / config.actuators[i].scale);
    return action;
  }

  EnvFactory make;
  RobotConfig config;
  std::vector<std::string> events;
  std::optional<SimulatedRobot> body;
  std::vector<float> numbers;
  std::vector<double> position;
  std::string scene;
};

/// The same task without a link, started like the robot.
struct Stepped {
  explicit Stepped(const EnvFactory& make) : env(make()), task(dynamic_cast<TaskEnv&>(*env)) { task.reset(rng); }
  std::unique_ptr<Env> env;
  TaskEnv& task;
  Rng rng = Rng(seed).split("robot");
};

TEST(SimulatedRobot, StandsStillUntilItIsTold) {
  Ticked robot(factory_of("half_cheetah", ""));
  const Stepped stepped(robot.make);
  for (int i = 0; i < 10; ++i) {
    robot.rest();
    ASSERT_TRUE(same_bits(robot.numbers, numbers_of(*stepped.env))) << "step " << i;
  }
  const std::vector<double> held = robot.position;
  robot.tick(std::vector<double>(6, 0));
  EXPECT_EQ(robot.position, held);
  robot.tick(std::vector<double>(6, 0));
  EXPECT_NE(robot.position, held);
}

TEST(SimulatedRobot, GoesOnByOnePhysicsStepATickAndByAnEnvStepAnObservation) {
  Ticked robot(factory_of("half_cheetah", ""));
  Stepped stepped(robot.make);
  robot.rest();
  const std::vector<double> commands(6, 10), action = robot.action_of(commands);
  std::vector<double> position(6), velocity(6), torque(6);
  robot.tick(commands);
  stepped.task.begin_step(action, stepped.rng);
  for (int i = 0; i < 5; ++i) {
    robot.tick(commands);
    ASSERT_TRUE(stepped.task.advance(1));
    stepped.task.measure(position, velocity, torque);
    ASSERT_EQ(robot.position, position) << "tick " << i;
  }
  robot.tick(commands);
  EXPECT_EQ(robot.position, position) << "it waits for its observation to be known";
  robot.body->observe(robot.numbers, robot.scene);
  robot.tick(commands);
  EXPECT_NE(robot.position, position);
}

TEST(SimulatedRobot, ObservesWhatTheTaskWouldShow) {
  for (const std::string task : {"half_cheetah", "inverted_pendulum", "ant", "visual_reach"}) {
    SCOPED_TRACE(task);
    Ticked robot(factory_of(task, ""));
    Stepped stepped(robot.make);
    EXPECT_EQ(robot.config.ticks(), stepped.task.frame_skip());
    EXPECT_DOUBLE_EQ(robot.config.tick(), stepped.task.timestep());
    Rng rng(7);
    std::vector<double> commands = robot.random_commands(rng);
    robot.step({}, commands);
    int steps = 0;
    for (bool ended = false; steps < 40 && !ended; ++steps) {
      ASSERT_TRUE(same_bits(robot.numbers, numbers_of(*stepped.env))) << "step " << steps;
      ended = stepped.task.step(robot.action_of(commands), stepped.rng).terminated;
      const std::vector<double> next = robot.random_commands(rng);
      robot.step(commands, next);
      ASSERT_EQ(robot.body->has_ended(), ended);
      commands = next;
    }
    EXPECT_TRUE(same_bits(robot.numbers, numbers_of(*stepped.env))) << "the last one";
    EXPECT_GT(steps, 3);
  }
}

// An action that arrives within an env step takes effect there.
TEST(SimulatedRobot, ObeysTheNewestCommandAtEachTick) {
  Ticked robot(factory_of("half_cheetah", ""));
  Stepped stepped(robot.make);
  const std::vector<double> first(6, 5), second(6, -20);
  robot.step({}, first);
  robot.tick(first);
  robot.tick(first);
  robot.tick(second);
  robot.tick(second);
  robot.tick(second);
  robot.body->observe(robot.numbers, robot.scene);
  stepped.task.begin_step(robot.action_of(first), stepped.rng);
  stepped.task.advance(3);
  stepped.task.apply(robot.action_of(second));
  stepped.task.advance(2);
  stepped.task.end_step(stepped.rng);
  EXPECT_TRUE(same_bits(robot.numbers, numbers_of(*stepped.env)));
}

TEST(SimulatedRobot, StopsWhereItsTaskEndsAndBeginsAnewOnceItIsPutBack) {
  Ticked robot(factory_of("inverted_pendulum", ""));
  robot.rest();
  const std::vector<float> beginning = robot.numbers;
  for (int i = 0; i < 50 && !robot.body->has_ended(); ++i) robot.step({200}, {200});
  ASSERT_TRUE(robot.body->has_ended()) << "the pole falls";
  EXPECT_EQ(robot.body->fault(), nullptr) << "nothing is wrong with it";
  ASSERT_EQ(robot.events.size(), 1u);
  expect_contains(robot.events[0], "the task has ended: return ");
  const std::vector<double> fallen = robot.position;
  robot.step({200}, {200});
  EXPECT_EQ(robot.position, fallen);
  robot.rest();
  EXPECT_FALSE(robot.body->has_ended());
  EXPECT_NE(robot.position, fallen);
  EXPECT_FALSE(same_bits(robot.numbers, beginning)) << "another beginning";
  const std::vector<float> second = robot.numbers;
  robot.rest();
  EXPECT_TRUE(same_bits(robot.numbers, second)) << "it stands";
}

TEST(SimulatedRobot, GoesOnWhereTheTimeOfItsTaskIsUp) {
  Ticked robot(factory_of("half_cheetah", "time_limit: 3\n"));
  const std::vector<double> commands(6, 1);
  for (int i = 0; i < 5; ++i) robot.step(commands, commands);
  EXPECT_EQ(robot.body->fault(), nullptr);
  ASSERT_EQ(robot.events.size(), 1u);
  expect_contains(robot.events[0], "the task's time is up, and the robot continues: return ");
  expect_contains(robot.events[0], " in 3 steps");
  robot.rest();
  ASSERT_EQ(robot.events.size(), 2u);
  expect_contains(robot.events[1], "reset: return ");
}

TEST(SimulatedRobot, NoiseIsOnWhatItSensesAndFollowsFromTheSeed) {
  const EnvFactory make = factory_of("half_cheetah", "");
  Ticked noisy(make, {.seed = seed, .noise = 0.1}), again(make, {.seed = seed, .noise = 0.1});
  const Stepped stepped(make);
  const std::vector<float> clean = numbers_of(*stepped.env);
  double square = 0;
  for (int i = 0; i < 100; ++i) {
    noisy.rest();
    again.rest();
    ASSERT_TRUE(same_bits(noisy.numbers, again.numbers));
    for (size_t k = 0; k < clean.size(); ++k) square += std::pow(noisy.numbers[k] - clean[k], 2);
  }
  EXPECT_NEAR(std::sqrt(square / (100 * static_cast<double>(clean.size()))), 0.1, 0.01);
  EXPECT_NE(noisy.position[0], noisy.body->measure().joints.position[0]) << "encoders are noisy, too";
}

TEST(SimulatedRobot, ItsCamerasShowWhatTheTasksDo) {
  const EnvFactory make = factory_of("visual_reach", "observations: {camera: {size: [24, 32], frames: 3}}\n");
  for (const int quality : {0, 90}) {
    Ticked robot(make, {.seed = seed, .jpeg_quality = quality});
    Stepped stepped(make);
    EXPECT_EQ(robot.body->sensors()[1].frames, 1);
    EXPECT_EQ(robot.body->sensors()[1].shape, (std::vector<int>{24, 32, 3}));
    const std::vector<double> commands = {0.5, -0.5, 1};
    robot.step({}, commands);
    for (int i = 0; i < 3; ++i) {
      std::vector<std::string> images;
      robot.body->take_images(robot.scene, images);
      std::vector<uint8_t> frame(24 * 32 * 3);
      stepped.task.observe_image(1, frame);
      ASSERT_EQ(images.size(), 1u);
      const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(images[0].data()), images[0].size());
      if (quality == 0)
        EXPECT_TRUE(std::ranges::equal(bytes, frame)) << "step " << i;
      else
        EXPECT_EQ(JpegDecoder().read_header(bytes), (ImageShape{24, 32, 3}));
      stepped.task.step(robot.action_of(commands), stepped.rng);
      robot.step(commands, commands);
    }
  }
}

// A tick may contain several physics steps: time passes at the same rate.
TEST(SimulatedRobot, MakesAsMuchPhysicsAsATickTakes) {
  Ticked robot(factory_of("lekiwi_reach_state", ""), {.seed = seed}, 100);
  ASSERT_EQ(robot.config.ticks(), 4);
  Stepped stepped(robot.make);
  ASSERT_EQ(stepped.task.frame_skip(), 8);
  Rng rng(7);
  std::vector<double> commands = robot.random_commands(rng);
  robot.step({}, commands);
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(same_bits(robot.numbers, numbers_of(*stepped.env))) << "step " << i;
    stepped.task.begin_step(robot.action_of(commands), stepped.rng);
    stepped.task.advance(8);
    stepped.task.end_step(stepped.rng);
    const std::vector<double> next = robot.random_commands(rng);
    robot.step(commands, next);
    commands = next;
  }
}

// Nothing waits for it: it runs unobserved, and an observation within a step shows the present state.
TEST(SimulatedRobot, AtItsOwnPaceItsPicturesAreOfTheMoment) {
  const std::vector<CameraView> views = {{.camera = "front", .height = 48, .width = 64},
                                         {.camera = "wrist", .height = 64, .width = 48}};
  Ticked robot(factory_of("lekiwi_reach", ""), {.seed = seed, .cameras = views, .at_own_pace = true}, 100);
  ASSERT_EQ(robot.body->sensors().size(), 4u);  // state, truth, and two that the task does not have
  EXPECT_EQ(robot.body->sensors()[2].shape, (std::vector<int>{48, 64, 3}));
  EXPECT_EQ(robot.body->sensors()[3].name, "wrist");
  EXPECT_EQ(robot.body->sensors()[3].shape, (std::vector<int>{64, 48, 3}));
  Stepped stepped(robot.make);
  Renderer renderer(stepped.task.simulation().shared_model(), views);
  const std::vector<double> commands = {0.5, -0.5, 0.5, 0.5, 0, 1, 0.2, 0, 1};
  robot.tick(commands);
  for (int tick = 0; tick < 20; ++tick) {
    if (tick % 4 == 0) stepped.task.begin_step(robot.action_of(commands), stepped.rng);
    stepped.task.advance(2);
    if (tick % 4 == 3) stepped.task.end_step(stepped.rng);
    robot.tick(commands);
    if (tick % 3 != 0) continue;
    std::vector<std::string> images;
    robot.body->observe(robot.numbers, robot.scene);
    robot.body->take_images(robot.scene, images);
    ASSERT_EQ(images.size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      std::vector<uint8_t> expected(views[i].size());
      renderer.render(i, stepped.task.simulation(), expected);
      EXPECT_TRUE(std::ranges::equal(images[i], expected, {}, [](char c) { return static_cast<uint8_t>(c); }))
          << views[i].camera << ", tick " << tick;
    }
  }
}

// A policy of the task sees nearly its training images through LeKiwi's camera.
TEST(SimulatedRobot, AFullPictureMadeSmallIsTheTasks) {
  Ticked robot(factory_of("lekiwi_reach", ""),
               {.seed = seed, .cameras = {{{.camera = "front", .height = 480, .width = 640}}}, .at_own_pace = true});
  const Stepped stepped(robot.make);
  std::vector<uint8_t> learnt(64 * 64 * 3), seen(64 * 64 * 3);
  stepped.env->observe_image(2, learnt);
  std::vector<std::string> images;
  robot.rest();
  robot.body->take_images(robot.scene, images);
  ASSERT_EQ(images.size(), 1u);
  const ConfigNode process = ConfigNode::parse_text("[{resize: [64, 64]}]", "process.yaml");
  ImagePipeline pipeline(process.items(), {480, 640, 3}, {"red", "green", "blue"});
  pipeline.run({reinterpret_cast<const uint8_t*>(images[0].data()), images[0].size()}, seen);
  double sum = 0;
  for (size_t i = 0; i < seen.size(); ++i) sum += std::abs(seen[i] - learnt[i]);
  EXPECT_LT(sum / static_cast<double>(seen.size()), 4);  // of 255
}

// The task's actions cover -0.9 to 0.3 rad of the lift, which rests at -1.6: a driver unaware of the task sends the
// joint's present position in order to keep it there.
TEST(SimulatedRobot, AJointIsDrivenOverItsWholeRangeWhereNobodyKnowsTheTask) {
  for (const bool whole_range : {false, true}) {
    Ticked robot(factory_of("lekiwi_reach_state", "terminate:\n"),
                 {.seed = seed, .at_own_pace = true, .whole_range = whole_range});
    robot.rest();
    std::vector<double> commands(robot.position.begin(), robot.position.end());
    const std::vector<double> before = robot.position;
    for (int i = 0; i < 50; ++i) robot.step(commands, commands);
    EXPECT_LT(before[1], -1.4);
    if (!whole_range) {
      EXPECT_GT(robot.position[1], -1.1) << "as far as the task's actions reach";
      continue;
    }
    for (size_t i = 0; i < 6; ++i)
      EXPECT_NEAR(robot.position[i], before[i], 0.1) << robot.config.actuators[i].limits.name;
    // Back and forth without obstacles: as far as each joint moves.
    for (const size_t joint : {size_t{0}, size_t{4}, size_t{5}})
      for (const bool up : {false, true}) {
        const ActuatorLimits& limits = robot.config.actuators[joint].limits;
        commands[joint] = up ? limits.highest() - 0.1 : limits.lowest() + 0.1;
        for (int i = 0; i < 150; ++i) robot.step(commands, commands);
        EXPECT_NEAR(robot.position[joint], commands[joint], 0.1) << limits.name;
      }
  }
}

TEST(SimulatedRobot, RefusesACameraThatTheModelDoesNotHave) {
  const EnvFactory make = factory_of("lekiwi_reach_state", "");
  const std::vector<CameraView> views = {{.camera = "frond"}};
  expect_contains(error_of([&] { SimulatedRobot(make, draft_of(make, "kiwi"), {.cameras = views}); }),
                  "the cameras of the robot 'kiwi': ");
}

TEST(SimulatedRobot, RefusesTheFileOfAnotherRobot) {
  const EnvFactory make = factory_of("half_cheetah", "");
  const auto error = [&](auto change) {
    RobotConfig config = draft_of(make, "cheetah");
    change(config);
    return error_of([&] { SimulatedRobot(make, config, {}); });
  };
  expect_contains(error([](RobotConfig& c) { c.actuators.pop_back(); }), "has 6 actions, the robot's file 5 actuators");
  expect_contains(error([](RobotConfig& c) { std::swap(c.actuators[0], c.actuators[1]); }),
                  "actuator 1 is 'bthigh' in the task");
  expect_contains(error([](RobotConfig& c) { c.actuators[2].limits.command = "position"; }),
                  "takes a torque in the task");
  expect_contains(error([](RobotConfig& c) { c.rate = 10; }), "acts at 20 Hz with physics at 100 Hz");
  expect_contains(error([](RobotConfig& c) { c.control_rate = 200; }), "its time would pass at another speed");
  expect_contains(error([](RobotConfig& c) { c.control_rate = 40; }), "physics a multiple of control_rate");
}

TEST(SimulatedRobot, RefusesATaskWithoutJoints) {
  const RobotConfig config = draft_of(make_task("inverted_pendulum"), "pendulum");
  expect_contains(error_of([&] { SimulatedRobot(make_task("pendulum"), config, {}); }),
                  "is not simulated by MuJoCo: it has no joints that a robot could be told to move");
}

}  // namespace
}  // namespace sinew

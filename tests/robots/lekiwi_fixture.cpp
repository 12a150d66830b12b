#include "tests/robots/lekiwi_fixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iterator>
#include <sstream>

#include "core/clock.h"
#include "core/text.h"
#include "tests/nets/make_policy.h"

namespace sinew {
namespace {

std::unique_ptr<PythonPeer> start_host(const std::string& wire, int rate) {
  return std::make_unique<PythonPeer>("lekiwi_host.py",
                                      std::vector<std::string>{"--wire", wire, "--rate", std::to_string(rate)});
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

}  // namespace

RobotConfig lekiwi_test_config(const std::string& commands, const std::string& observations) {
  RobotConfig config = load_robot_config(SINEW_SOURCE_DIR "/configs/robots/lekiwi_lerobot.yaml");
  config.wire.set("commands", ConfigNode::scalar(commands));
  config.wire.set("observations", ConfigNode::scalar(observations));
  config.wire.set("cameras", ConfigNode::parse_text("{front: [8, 16], wrist: [8, 16]}", "cameras.yaml"));
  config.stop_address = "tcp://127.0.0.1:*";
  config.blend = 0.05;
  config.watches.age = 0.4;  // enough for a busy machine
  config.max_age = 0.4;
  config.watchdog = 0.5;
  return config;
}

Policy lekiwi_policy(bool sees) {
  InterfaceSpec spec;
  SensorSpec arm{.name = "arm", .shape = {6}}, base{.name = "base", .shape = {3}};
  ActionPart part{.name = "actuators"};
  for (size_t i = 0; i < lekiwi_size; ++i) {
    SensorSpec& sensor = i < lekiwi_arm_size ? arm : base;
    const char* unit = i < lekiwi_arm_size ? "rad" : i < lekiwi_size - 1 ? "m/s" : "rad/s";
    sensor.labels.emplace_back(lekiwi_keys[i]);
    sensor.units.emplace_back(unit);
    part.labels.emplace_back(lekiwi_keys[i]);
    part.units.emplace_back(unit);
    part.low.push_back(-1);
    part.high.push_back(1);
  }
  spec.sensors = {arm, base};
  if (sees)
    spec.sensors.push_back(
        {.name = "front", .type = SensorSpec::Type::uint8, .shape = {8, 16, 3}, .format = "red, green, blue"});
  spec.actions = {{part}, 30};
  const char* eyes = "encoders: {front: {layers: [flatten, {linear: 4}, tanh]}}, ";
  return make_experienced_policy(spec, std::string("{") + (sees ? eyes : "") + "actor: [{linear: 16}, tanh]}");
}

std::function<void(const std::string&)> Events::sink() {
  return [this](const std::string& event) {
    const std::lock_guard lock(mutex_);
    list_.push_back(event);
  };
}

bool Events::has(const std::string& part) const { return text().find(part) != std::string::npos; }

std::string Events::text() const {
  const std::lock_guard lock(mutex_);
  return join(list_, "\n");
}

LekiwiUnderTest::LekiwiUnderTest(const std::string& wire, bool sees, int rate)
    : host(start_host(wire, rate)), policy(lekiwi_policy(sees)) {
  const std::vector<std::string> addresses = words_of(host->await("addresses"));
  if (addresses.size() != 2) fail("the host does not start");
  command_address = addresses[0];
  observation_address = addresses[1];
  config = lekiwi_test_config(command_address, observation_address);
  if (wire == "single") config.accept.emplace_back(lekiwi_old_wire);
  robot = std::make_unique<AdaptedRobot>(config, builtin_adapters(),
                                         AdaptedRobot::Options{.on_event = events.sink(), .real_time = false});
  client = std::make_unique<PolicyClient>(
      policy, robot->config(),
      PolicyClient::Options{.link = {.policy_name = "wanderer", .on_event = events.sink()},
                            .real_time = false,
                            .context = robot->context()});
}

LekiwiUnderTest::~LekiwiUnderTest() {
  end();
  LekiwiCommand before;
  for (const LekiwiCommand& command : commands()) {
    for (size_t i = 0; i < lekiwi_size; ++i) {
      if (!command[i]) continue;
      const ActuatorLimits& limits = config.actuators[i].limits;
      const double low = i < lekiwi_arm_size ? limits.lowest() : -limits.velocity;
      const double high = i < lekiwi_arm_size ? limits.highest() : limits.velocity;
      EXPECT_GE(*command[i], low - 1e-3) << lekiwi_keys[i];
      EXPECT_LE(*command[i], high + 1e-3) << lekiwi_keys[i];
      if (i < lekiwi_arm_size && before[i]) {
        EXPECT_LE(std::abs(*command[i] - *before[i]), 2 * limits.step) << lekiwi_keys[i];
      }
    }
    before = command;
  }
}

void LekiwiUnderTest::end() {
  client.reset();
  robot.reset();
}

std::vector<LekiwiCommand> LekiwiUnderTest::commands() const {
  std::vector<LekiwiCommand> all;
  for (const std::string& text : host->lines("command")) all.push_back(decode_lekiwi_command(text));
  return all;
}

bool LekiwiUnderTest::arm() {
  const uint64_t before = body().counters().commands;
  double asked_at = 0;
  return soon([&] {
    const Mode mode = client->robot().mode;
    if (mode == Mode::inactive && now_seconds() - asked_at > 0.2) {  // has no effect while a fault persists
      client->arm();
      asked_at = now_seconds();
    }
    return mode == Mode::armed && body().counters().commands > before + 20;
  });
}

bool LekiwiUnderTest::stopped_by(Alarm alarm) {
  return soon([&] { return client->robot().mode == Mode::stopped; }) && client->robot().alarm == alarm;
}

bool LekiwiUnderTest::arm_again() {
  client->acknowledge();
  return arm();
}

// The host receives the same pose repeatedly, and zero velocity.
void LekiwiUnderTest::expect_that_it_holds() {
  const size_t before = commands().size();
  ASSERT_TRUE(soon([&] { return commands().size() > before + 4; }));
  const std::vector<LekiwiCommand> all = commands();
  for (size_t i = before + 2; i < all.size(); ++i)
    for (size_t k = 0; k < lekiwi_size; ++k)
      EXPECT_EQ(all[i][k], k < lekiwi_arm_size ? all.back()[k] : std::optional(0.0)) << lekiwi_keys[k];
}

}  // namespace sinew

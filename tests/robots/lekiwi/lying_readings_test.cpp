// Wrong joint readings × the wires over which they arrive: no command is computed from one, and if it persists the
// robot stops and reports the joint. Both are judged by the joints' commands and by the reports.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "robots/lekiwi/lekiwi_host.h"
#include "tests/core/expect_error.h"
#include "tests/robots/hand_policy.h"
#include "tests/robots/lekiwi_fixture.h"

namespace sinew {
namespace {

constexpr double degrees = 0.017453292519943295;
constexpr double pose = 0.45;  // rad: the first joint is commanded to -pose, the second to pose
constexpr double off = 0.9;    // rad, where 0.5 rad/s for max_age and leap explain 0.35; still within the joint's range
constexpr double step = 0.2;   // rad
constexpr double exactly = 1e-9;

enum class Lie { none, once, leaps, swapped, stays, nan };
using Two = std::array<double, 2>;  // for the two tested joints, rad

// Time limits so long that a busy computer stops nothing.
RobotConfig patient(RobotConfig config) {
  for (ActuatorConfig& actuator : config.actuators) {
    if (actuator.limits.kind() != ActuatorLimits::Kind::position) continue;
    actuator.limits.velocity = 0.5;
    actuator.limits.acceleration = 1000;
    actuator.limits.step = step;
  }
  config.max_age = 0.6;
  config.watchdog = 20;
  config.link_timeout = 10;
  config.blend = 0.01;
  config.watches.leap = 0.1;
  config.watches.age = 1;
  config.watches.follow = 2;
  return config;
}

// Joints that reach their commands immediately, two of which return the readings that a test sets.
class ServoBody final : public RobotBody {
 public:
  ServoBody(const RobotConfig& config, size_t first)
      : limits_(config.limits()), first_(first), told_(limits_.size()), position_(told_), velocity_(told_) {}

  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < limits_.size(); ++i)
      (limits_[i].kind() == ActuatorLimits::Kind::position ? position_ : velocity_)[i] = told_[i];
    double& one = position_[first_];
    switch (lie_) {
      case Lie::none: break;
      case Lie::once: lie_ = Lie::none; [[fallthrough]];
      case Lie::leaps: one += off; break;
      case Lie::swapped: std::swap(one, position_[first_ + 1]); break;
      case Lie::stays: one = stays_at_; break;
      case Lie::nan: one = std::numeric_limits<double>::quiet_NaN(); break;
    }
    ++readings_;
    return {.joints = {position_, velocity_, {}}, .stamp = now_seconds()};
  }
  void observe(std::span<float>, std::string&) override {}
  void command(std::span<const double> commands) override {
    const std::lock_guard lock(mutex_);
    std::ranges::copy(commands, told_.begin());
    history_.push_back({told_[first_], told_[first_ + 1]});
  }
  void rest() override {}

  void lie(Lie lie) {
    const std::lock_guard lock(mutex_);
    lie_ = lie;
    stays_at_ = told_[first_];
  }
  std::vector<Two> told() const {
    const std::lock_guard lock(mutex_);
    return history_;
  }
  uint64_t readings() const {
    const std::lock_guard lock(mutex_);
    return readings_;
  }

 private:
  std::vector<SensorSpec> sensors_;
  std::vector<ActuatorLimits> limits_;
  size_t first_;  // index of the first of the two joints
  mutable std::mutex mutex_;
  Lie lie_ = Lie::none;
  double stays_at_ = 0;
  uint64_t readings_ = 0;
  std::vector<double> told_, position_, velocity_;
  std::vector<Two> history_;
};

// A robot that a controller drives.
class Driven {
 public:
  virtual ~Driven() = default;
  /// Sets the target of the two joints from now on.
  void aim(const Two& target) { target_ = target; }
  /// Drives until the condition holds.
  virtual bool until(const std::function<bool()>& condition) = 0;
  virtual void lie(Lie lie) = 0;
  virtual uint64_t readings() const = 0;
  /// The commands of the two joints so far.
  virtual std::vector<Two> told() const = 0;
  virtual std::string first_joint() const = 0;
  /// The reason that the controller receives for the stop, "": no stop; none: its wire cannot carry a reason.
  virtual std::optional<std::string> heard() const { return {}; }
  /// Whether a NaN is refused before it becomes a reading.
  virtual bool refuses_nan() const { return false; }

  /// The robot's side's report of its stop; "": it did not stop.
  std::string stopped() const {
    const std::string text = events.text();
    const size_t place = text.find("stopped (");
    return place == text.npos ? "" : text.substr(place, text.find('\n', place) - place);
  }
  bool goes_to(const Two& target) {
    aim(target);
    return until([&] {
      const std::vector<Two> all = told();
      return !all.empty() && is_near(all.back(), target);
    });
  }
  static bool is_near(const Two& a, const Two& b) {
    return std::abs(a[0] - b[0]) < exactly && std::abs(a[1] - b[1]) < exactly;
  }
  Events events;

 protected:
  Two target_{};
};

// Over our own protocol: each observation gets an action.
class DrivenByHand : public Driven {
 public:
  bool until(const std::function<bool()>& condition) override { return hand_->until(condition); }
  std::optional<std::string> heard() const override { return hand_->why; }

 protected:
  void connect(const RobotConfig& config, size_t first, std::shared_ptr<LinkContext> context) {
    hand_ = std::make_unique<HandPolicy>(config, SecureSocket(), std::move(context));
    hand_->hello.interface.sensors.clear();  // it needs none
    hand_->act = [this, first, size = config.actuators.size()](const ObservationMessage& observation) {
      RobotAction action = hand_->answer(observation);
      action.values.assign(size, 0);
      std::ranges::copy(target_, action.values.begin() + static_cast<std::ptrdiff_t>(first));
      hand_->say(action);
    };
    EXPECT_TRUE(hand_->connect() && hand_->arm()) << hand_->refused;
  }
  std::unique_ptr<HandPolicy> hand_;
};

class OurProtocol final : public DrivenByHand {
 public:
  OurProtocol() {
    RobotServer::Options options;
    options.real_time = false;
    options.link.on_event = events.sink();
    server_ = std::make_unique<RobotServer>(config_, body_, std::move(options));
    thread_ = std::thread([this] { server_->run([this] { return go_on_.load(); }); });
    RobotConfig its = config_;
    its.address = server_->address();
    connect(its, 0, std::make_shared<LinkContext>());
  }
  ~OurProtocol() override {
    go_on_ = false;
    thread_.join();
  }
  void lie(Lie lie) override { body_.lie(lie); }
  uint64_t readings() const override { return body_.readings(); }
  std::vector<Two> told() const override { return body_.told(); }
  std::string first_joint() const override { return "hip"; }

 private:
  RobotConfig config_ = patient(fake_config());
  ServoBody body_{config_, 0};
  std::unique_ptr<RobotServer> server_;
  std::atomic<bool> go_on_{true};
  std::thread thread_;
};

constexpr size_t lift = 1;  // and the elbow

// A LeKiwi with a host program in Python.
class LyingLekiwi final : public DrivenByHand {
 public:
  LyingLekiwi() : host_("lekiwi_host.py", {}) {
    std::istringstream addresses(host_.await("addresses"));
    std::string commands, observations;
    addresses >> commands >> observations;
    const RobotConfig config = patient(lekiwi_test_config(commands, observations));
    robot_ = std::make_unique<AdaptedRobot>(config, builtin_adapters(),
                                            AdaptedRobot::Options{.on_event = events.sink(), .real_time = false});
    connect(robot_->config(), lift, robot_->context());
  }
  ~LyingLekiwi() override { hand_.reset(); }
  void lie(Lie lie) override {
    const std::string both = std::string(lekiwi_keys[lift]) + " " + lekiwi_keys[lift + 1], one = lekiwi_keys[lift];
    const size_t heard = host_.lines("heard").size();
    switch (lie) {
      case Lie::none: host_.tell("ok"); break;
      case Lie::once: host_.tell(fmt::format("once {} {}", one, off / degrees)); break;
      case Lie::leaps: host_.tell(fmt::format("off {} {}", one, off / degrees)); break;
      case Lie::swapped: host_.tell("swap " + both); break;
      case Lie::stays: host_.tell("stay " + one); break;
      case Lie::nan: host_.tell("nan " + one); break;
    }
    ASSERT_TRUE(until([&] { return host_.lines("heard").size() > heard; }));
  }
  uint64_t readings() const override { return dynamic_cast<const LekiwiBody&>(robot_->body()).counters().observations; }
  std::vector<Two> told() const override {
    std::vector<Two> all;
    for (const std::string& text : host_.lines("command")) {
      const LekiwiCommand command = decode_lekiwi_command(text);
      all.push_back({command[lift].value_or(0), command[lift + 1].value_or(0)});
    }
    return all;
  }
  std::string first_joint() const override { return lekiwi_keys[lift]; }
  bool refuses_nan() const override { return true; }

 private:
  PythonPeer host_;
  std::unique_ptr<AdaptedRobot> robot_;
};

// One of our robots in place of a LeKiwi, commanded every 20 ms.
class InALekiwisPlace final : public Driven {
 public:
  InALekiwisPlace() : socket_(context_, LinkSocket::Kind::push, {.queue = 1}) {
    socket_.connect(host_.command_address());
    thread_ = std::thread([this] { host_.run([this] { return go_on_.load(); }); });
  }
  ~InALekiwisPlace() override {
    go_on_ = false;
    thread_.join();
  }
  bool until(const std::function<bool()>& condition) override {
    return soon([&] {
      LekiwiCommand command{};
      command[lift] = target_[0];
      command[lift + 1] = target_[1];
      const std::string text = encode_lekiwi_command(command);
      const std::string_view frame = text;
      socket_.send({&frame, 1});
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return condition();
    });
  }
  void lie(Lie lie) override { body_.lie(lie); }
  uint64_t readings() const override { return body_.readings(); }
  std::vector<Two> told() const override { return body_.told(); }
  std::string first_joint() const override { return lekiwi_keys[lift]; }

 private:
  static RobotConfig its_config() {
    RobotConfig config = patient(lekiwi_test_config("tcp://127.0.0.1:*", "tcp://127.0.0.1:*"));
    config.rate = 50;
    config.control_rate = 200;
    return config;
  }
  RobotConfig config_ = its_config();
  ServoBody body_{config_, lift};
  LekiwiHost host_{config_, body_, {.on_event = events.sink(), .real_time = false}};
  LinkContext context_;
  LinkSocket socket_;
  std::atomic<bool> go_on_{true};
  std::thread thread_;
};

struct WireCase {
  const char* name;
  const char* python;  // modules that it needs; "": none
  std::unique_ptr<Driven> (*make)();
};
const WireCase wires[] = {
    {"OurProtocol", "", [] { return std::unique_ptr<Driven>(std::make_unique<OurProtocol>()); }},
    {"Lekiwi", "zmq", [] { return std::unique_ptr<Driven>(std::make_unique<LyingLekiwi>()); }},
    {"InALekiwisPlace", "", [] { return std::unique_ptr<Driven>(std::make_unique<InALekiwisPlace>()); }},
};

struct LieCase {
  const char* name;
  Lie lie;
  const char* reason;  // for the joint; "": it does not stop
};
const LieCase lies[] = {
    {"OneWrongSample", Lie::once, ""},
    {"LeapsAndStays", Lie::leaps, "what is measured leapt further than the joint can have moved"},
    {"Swapped", Lie::swapped, "what is measured leapt further than the joint can have moved"},
    {"StaysWhileItsCommandMovesAway", Lie::stays, "the joint is far from where it is told to be"},
    {"IsNaN", Lie::nan, "what is measured of it is not finite"},
};

std::ostream& operator<<(std::ostream& out, const WireCase& wire) { return out << wire.name; }
std::ostream& operator<<(std::ostream& out, const LieCase& lie) { return out << lie.name; }

class LyingReadings : public testing::TestWithParam<std::tuple<WireCase, LieCase>> {};

// A wrong sample is repeated several times, because an action need not arrive at the tick that measures it.
void tell_lies(Driven& robot, Lie lie) {
  for (int i = 0; i < (lie == Lie::once ? 5 : 1); ++i) {
    const uint64_t before = robot.readings();
    robot.lie(lie);
    ASSERT_TRUE(robot.until([&] { return lie != Lie::once || robot.readings() > before + 3; }));
  }
}

void expect_stop_for(Driven& robot, const LieCase& lie) {
  ASSERT_TRUE(robot.until([&] { return !robot.stopped().empty(); })) << robot.events.text();
  const std::string joint = "'" + robot.first_joint() + "'";
  const bool is_refused = lie.lie == Lie::nan && robot.refuses_nan();
  const std::string reason = is_refused ? "what is measured is too old" : joint + ": " + lie.reason;
  expect_contains(robot.stopped(), reason);
  if (is_refused) expect_contains(robot.events.text(), "a number is not finite (" + joint + ")");
  if (!robot.heard()) return;
  EXPECT_TRUE(robot.until([&] { return !robot.heard()->empty(); }));
  expect_contains(*robot.heard(), reason);
}

// All commands from the wrong reading on, including the stop and everything after it.
TEST_P(LyingReadings, MoveNothingAndAreSaid) {
  const auto& [wire, lie] = GetParam();
  if (*wire.python && !PythonPeer::has(wire.python)) GTEST_SKIP() << "Python lacks " << wire.python;
  const std::unique_ptr<Driven> robot = wire.make();
  const bool stays = lie.lie == Lie::stays;
  ASSERT_TRUE(robot->goes_to({-pose, pose})) << robot->events.text();
  const size_t before = robot->told().size() - 1;
  tell_lies(*robot, lie.lie);
  if (stays) robot->aim({pose, pose});
  if (*lie.reason) expect_stop_for(*robot, lie);
  const size_t after = robot->told().size();
  ASSERT_TRUE(robot->until([&] { return robot->told().size() > after + 3; }));
  if (!*lie.reason) {
    EXPECT_EQ(robot->stopped(), "");
  }
  const std::vector<Two> told = robot->told();
  for (size_t i = before; i < told.size(); ++i) {
    ASSERT_GE(told[i][0], -pose - exactly) << i;
    ASSERT_LE(told[i][0], -pose + (stays ? step : 0) + exactly) << i;
    ASSERT_NEAR(told[i][1], pose, exactly) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(All, LyingReadings, testing::Combine(testing::ValuesIn(wires), testing::ValuesIn(lies)),
                         [](const auto& given) {
                           return std::string(std::get<0>(given.param).name) + std::get<1>(given.param).name;
                         });

}  // namespace
}  // namespace sinew

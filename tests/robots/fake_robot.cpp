#include "tests/robots/fake_robot.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/clock.h"
#include "tests/nets/make_policy.h"

namespace sinew {

InterfaceSpec fake_interface() {
  InterfaceSpec spec;
  spec.sensors.push_back({.name = "joints",
                          .shape = {4},
                          .labels = {"hip", "knee", "hip velocity", "knee velocity"},
                          .units = {"rad", "rad", "rad/s", "rad/s"}});
  spec.actions.rate = 100;
  spec.actions.parts.push_back(
      {.name = "servos", .labels = {"hip", "knee"}, .units = {"rad", "rad"}, .low = {-1, -1}, .high = {1, 1}});
  return spec;
}

RobotConfig fake_config() {
  RobotConfig config;
  config.robot = "fake";
  config.address = config.stop_address = "tcp://127.0.0.1:*";
  config.rate = 100;
  config.max_age = 0.15;
  config.watchdog = 0.2;
  config.blend = 0.05;
  const ActuatorLimits limits{.name = "hip",
                              .command = "position",
                              .position = {-1, 1},
                              .velocity = 4,
                              .acceleration = 100,
                              .step = 0.5,
                              .when_stopped = "hold"};
  config.actuators = {{limits}, {limits}};
  config.actuators[1].limits.name = "knee";
  return config;
}

RobotConfig patient_config() {
  RobotConfig config = fake_config();
  config.max_age = config.watchdog = 10;
  config.link_timeout = 3;
  return config;
}

Policy fake_policy(const std::string& network) { return make_policy(fake_interface(), network); }

FakeBody::FakeBody(const RobotConfig& config)
    : limits_(config.limits()), tick_(config.tick()), sensors_(fake_interface().sensors) {}

void FakeBody::add_camera(SensorSpec camera, std::function<std::string()> take) {
  sensors_.push_back(std::move(camera));
  cameras_.push_back(std::move(take));
}

RobotState FakeBody::measure() {
  measured_at = now_seconds();
  if (slow > 0) std::this_thread::sleep_for(std::chrono::duration<double>(slow));
  position_ = {hip, knee};
  velocity_ = {};
  if (follows_)
    for (size_t i = 0; i < 2; ++i) {
      const double next = position_[i] + 0.5 * (told_[i] - position_[i]);
      velocity_[i] = (next - position_[i]) / tick_;
      position_[i] = next;
    }
  hip = position_[0];
  knee = position_[1];
  position_[0] += lie;
  return {.joints = {position_, velocity_, {}}, .stamp = now_seconds() + clock_shift};
}

void FakeBody::observe(std::span<float> numbers, std::string&) {
  for (size_t i = 0; i < 2; ++i) {
    numbers[i] = static_cast<float>(position_[i]);
    numbers[2 + i] = static_cast<float>(velocity_[i]);
  }
  numbers[3] += static_cast<float>(stir * std::sin(20 * now_seconds()));
}

void FakeBody::take_images(const std::string&, std::vector<std::string>& images) {
  images.clear();
  for (const auto& take : cameras_) images.push_back(take());
}

void FakeBody::command(std::span<const double> all) {
  for (size_t i = 0; i < 2; ++i) {
    const bool inside = std::isfinite(all[i]) && all[i] >= limits_[i].lowest() && all[i] <= limits_[i].highest() &&
                        (lie != 0 || std::abs(all[i] - position_[i]) <= limits_[i].step + 1e-9);
    outside += !inside;
    if (told_[i] != all[i]) changed_at = now_seconds();
    told_[i] = all[i];
  }
  hip_command = all[0];
  follows_ = commanded = true;
  ++commands;
}

RunningRobot::RunningRobot(const RobotConfig& config, FakeBody& body, RobotServer::Options options)
    : config_(config), body_(body) {
  options.real_time = false;
  options.link.on_event = [this](const std::string& event) {
    const std::lock_guard lock(mutex_);
    if (events_.size() > 1000) events_.erase(events_.begin());
    events_.push_back(event);
  };
  options.after_tick = [this, then = std::move(options.after_tick)] {
    note_tick();
    if (then) then();
  };
  server_ = std::make_unique<RobotServer>(config, body, std::move(options));
  config_.address = server_->address();
  config_.stop_address = server_->stop_address();
  thread_ = std::thread([this] { server_->run([this] { return go_on_.load(); }); });
}

RunningRobot::~RunningRobot() {
  go_on_ = false;
  thread_.join();
}

void RunningRobot::note_tick() {
  const Mode mode = server_->mode();
  if (mode == Mode::stopped && mode_ != Mode::stopped) stopped_at_ = now_seconds();
  if (mode == Mode::armed) {
    obeyed_at_ = body_.changed_at.load();
    const std::lock_guard lock(mutex_);
    if (mode_ != Mode::armed) armed_ticks_.clear();
    armed_ticks_.push_back(body_.measured_at);
  }
  mode_ = mode;
}

size_t RunningRobot::ticks_armed_after(double time) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(std::ranges::count_if(armed_ticks_, [&](double began) { return began > time; }));
}

std::vector<std::string> RunningRobot::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::string RunningRobot::last_event(const std::string& beginning) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(events_.rbegin(), events_.rend(),
                                  [&](const std::string& event) { return event.starts_with(beginning); });
  return found == events_.rend() ? "" : *found;
}

bool soon(const std::function<bool()>& condition, double seconds) {
  const double deadline = now_seconds() + seconds;
  while (!condition()) {
    if (now_seconds() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace sinew

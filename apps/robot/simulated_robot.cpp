#include "apps/robot/simulated_robot.h"

#include <algorithm>
#include <cmath>

#include "apps/robot/robot_draft.h"
#include "core/clock.h"
#include "core/error.h"

namespace sinew {
namespace {

TaskEnv& task_env(Env& env) {
  auto* task = dynamic_cast<TaskEnv*>(&env);
  if (!task)
    fail("the task '{}' is not simulated by MuJoCo: it has no joints that a robot could be told to move",
         env.spec().name);
  return *task;
}

// The task's sensors; cameras of its own, if any, replace the task's and come after all numbers.
std::vector<SensorSpec> sensors_of(const EnvSpec& spec, const std::optional<std::vector<CameraView>>& cameras) {
  std::vector<SensorSpec> sensors = one_frame_each(spec.sensors);
  if (!cameras) return sensors;
  std::erase_if(sensors, [](const SensorSpec& sensor) { return sensor.is_image(); });
  for (const CameraView& view : *cameras)
    sensors.push_back({.name = view.camera,
                       .type = SensorSpec::Type::uint8,
                       .shape = {view.height, view.width, view.channels()},
                       .format = "red, green, blue"});
  return sensors;
}

// The body on a free joint, if the model begins with one.
int floating_body(const Model& model) {
  return model.count(Model::Element::joint) > 0 && model.joint_type(0) == Model::JointType::free ? 1 : -1;
}

}  // namespace

SimulatedRobot::SimulatedRobot(EnvFactory make, const RobotConfig& config, Options options)
    : make_(std::move(make)),
      owner_(make_()),
      env_(task_env(*owner_)),
      actuators_(config.actuators),
      options_(std::move(options)),
      sensors_(sensors_of(env_.spec(), options_.cameras)),
      has_cameras_(std::ranges::any_of(sensors_, &SensorSpec::is_image)),
      rng_(Rng(options_.seed).split("robot")),
      noise_(Rng(options_.seed).split("noise")),
      floating_body_(floating_body(env_.simulation().model())) {
  check_robot(env_, config);
  physics_per_tick_ = env_.frame_skip() / config.ticks();
  if (options_.whole_range) env_.obey_all();
  if (options_.cameras)
    with_context(fmt::format("the cameras of the robot '{}'", config.robot),
                 [&] { views_.emplace(env_.simulation().shared_model(), *options_.cameras); });
  const size_t n = actuators_.size();
  for (std::vector<double>* numbers : {&action_, &position_, &velocity_, &torque_}) numbers->resize(n);
  begin_episode();
}

void SimulatedRobot::begin_episode() {
  env_.reset(rng_);
  return_ = 0;
  length_ = 0;
  used_ = in_step_ = observed_ = ended_ = false;
  fault_.clear();
  measure_joints();
}

void SimulatedRobot::measure_joints() {
  env_.measure(position_, velocity_, torque_);
  for (size_t i = 0; i < position_.size() && options_.noise > 0; ++i) {
    position_[i] += options_.noise * noise_.normal();
    velocity_[i] += options_.noise * noise_.normal();
  }
  if (floating_body_ < 0) return;
  const std::span<const double, 9> axes = env_.simulation().xmat(floating_body_);
  for (size_t i = 0; i < 3; ++i) gravity_[i] = -axes[6 + i];  // the world's downward direction in the body's axes
}

RobotState SimulatedRobot::measure() {
  for (int i = 0; moving_ && i < physics_per_tick_; ++i) advance();
  measure_joints();
  RobotState state{.joints = {position_, velocity_, torque_}, .stamp = now_seconds()};
  if (floating_body_ >= 0) state.gravity = gravity_;
  return state;
}

// Advances by one physics step. Env steps begin when an observation is sent, so that each observation covers a whole
// step.
void SimulatedRobot::advance() {
  if (!fault_.empty() || ended_) return;
  if (!in_step_) {
    if (!observed_ && !options_.at_own_pace) return;
    env_.begin_step(action_, rng_);
    in_step_ = used_ = true;
    observed_ = false;
    physics_steps_ = 0;
  } else {
    env_.apply(action_);
  }
  const bool fine = env_.advance(1);
  if (!fine || ++physics_steps_ == env_.frame_skip()) finish_step();
}

void SimulatedRobot::finish_step() {
  in_step_ = false;
  const StepResult result = env_.end_step(rng_);
  return_ += result.reward;
  ++length_;
  const auto tell = [&](const char* how) {
    if (options_.on_event) options_.on_event(fmt::format("{}: return {:.1f} in {} steps", how, return_, length_));
  };
  if (result.diverged) {
    fault_ = "the simulation diverged";
    tell(fault_.c_str());
  } else if (result.terminated) {
    ended_ = true;
    tell(name_of(Alarm::task_ended));
  } else if (env_.spec().time_limit > 0 && length_ == env_.spec().time_limit) {
    tell("the task's time is up, and the robot continues");
    return_ = 0;
    length_ = 0;
  }
}

void SimulatedRobot::observe(std::span<float> numbers, std::string& scene) {
  float* out = numbers.data();
  const std::vector<SensorSpec>& of_task = env_.spec().sensors;
  for (size_t i = 0; i < of_task.size(); ++i) {
    if (of_task[i].is_image()) continue;
    for (const double value : env_.observation(static_cast<int>(i)))
      *out++ = static_cast<float>(options_.noise > 0 ? value + options_.noise * noise_.normal() : value);
  }
  if (!in_step_) observed_ = true;
  if ((in_step_ && !options_.at_own_pace) || !(has_cameras_ || options_.watched)) return;
  scene = snapshot();
  if (!options_.watched) return;
  scenes_.back() = scene;
  scenes_.publish();
}

std::string SimulatedRobot::snapshot() {
  StateArchive archive;
  env_.visit_state(archive);
  return archive.bytes();
}

void SimulatedRobot::take_images(const std::string& scene, std::vector<std::string>& images) {
  images.clear();
  if (scene.empty()) return;
  if (!eye_) {  // created in its own thread, because a renderer belongs to one thread
    eye_ = make_();
    Rng rng(options_.seed);
    eye_->reset(rng);
    if (options_.jpeg_quality > 0) jpeg_ = std::make_unique<JpegEncoder>(options_.jpeg_quality);
  }
  StateArchive archive(scene, "the scene");
  eye_->visit_state(archive);
  for (size_t i = 0; i < sensors_.size(); ++i) {
    const SensorSpec& sensor = sensors_[i];
    if (!sensor.is_image()) continue;
    frame_.resize(static_cast<size_t>(sensor.size()));
    take_image(i);
    const bool as_jpeg = jpeg_ && (sensor.shape[2] == 1 || sensor.shape[2] == 3);
    const std::span<const uint8_t> bytes =
        as_jpeg ? jpeg_->encode(frame_, {sensor.shape[0], sensor.shape[1], sensor.shape[2]})
                : std::span<const uint8_t>(frame_);
    images.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
}

// Renders into frame_. Without cameras of its own, its sensors are the task's.
void SimulatedRobot::take_image(size_t place) {
  if (!views_) return eye_->observe_image(static_cast<int>(place), frame_);
  views_->render(place - (sensors_.size() - options_.cameras->size()), task_env(*eye_).simulation(), frame_);
}

void SimulatedRobot::command(std::span<const double> commands) {
  moving_ = true;
  for (size_t i = 0; i < action_.size(); ++i) action_[i] = (commands[i] - actuators_[i].offset) / actuators_[i].scale;
}

void SimulatedRobot::rest() {
  if (moving_ && used_) {
    if (options_.on_event && length_ > 0 && fault_.empty() && !ended_)
      options_.on_event(fmt::format("reset: return {:.1f} in {} steps", return_, length_));
    if (in_step_) env_.end_step(rng_);  // ends it early
    begin_episode();
  }
  moving_ = false;
}

}  // namespace sinew

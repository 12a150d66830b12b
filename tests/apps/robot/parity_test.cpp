// The link computes the same as training's evaluation: the same observations give the same action bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>
#include <thread>

#include "agents/run/evaluator.h"
#include "apps/robot/robot_draft.h"
#include "core/clock.h"
#include "envs/task/make_env.h"
#include "nets/formats/policy_file.h"
#include "nets/policy/policy_probe.h"
#include "robots/protocol/handshake.h"
#include "tests/nets/make_policy.h"
#include "tests/robots/fake_robot.h"
#include "vision/jpeg.h"

namespace sinew {
namespace {

/// An env's observations and actions in an episode, step by step.
struct Episode {
  std::vector<std::vector<float>> numbers;       // all its float32 sensors, concatenated
  std::vector<std::vector<std::string>> frames;  // one per camera, raw
  std::vector<std::vector<float>> actions;
};

/// An env that records its last episode.
class NotingEnv final : public Env {
 public:
  explicit NotingEnv(std::unique_ptr<Env> env) : env_(std::move(env)) {}
  const EnvSpec& spec() const override { return env_->spec(); }
  void reset(Rng& rng) override {
    episode_ = {};
    env_->reset(rng);
  }
  StepResult step(std::span<const double> action, Rng& rng) override {
    note_observation();
    episode_.actions.emplace_back(action.begin(), action.end());  // a float, as the policy computed it
    return env_->step(action, rng);
  }
  std::span<const double> observation(int index) const override { return env_->observation(index); }
  void observe_image(int index, std::span<uint8_t> frame) override { env_->observe_image(index, frame); }
  std::span<const double> reward_terms() const override { return env_->reward_terms(); }
  bool render(int height, int width, std::span<uint8_t> pixels) override { return env_->render(height, width, pixels); }
  void visit_state(StateArchive& archive) override { env_->visit_state(archive); }

  const Episode& episode() const { return episode_; }

 private:
  void note_observation() {
    std::vector<float>& numbers = episode_.numbers.emplace_back();
    std::vector<std::string>& frames = episode_.frames.emplace_back();
    for (int i = 0; i < static_cast<int>(spec().sensors.size()); ++i) {
      const SensorSpec& sensor = spec().sensors[static_cast<size_t>(i)];
      if (sensor.is_image()) {
        std::vector<uint8_t> frame(ImageStack(sensor).frame_size());
        env_->observe_image(i, frame);
        frames.emplace_back(frame.begin(), frame.end());
      } else {
        const std::span<const double> values = env_->observation(i);
        numbers.insert(numbers.end(), values.begin(), values.end());
      }
    }
  }
  std::unique_ptr<Env> env_;
  Episode episode_;
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

void expect_same_bits(const std::vector<std::vector<float>>& actions, const std::vector<std::vector<float>>& expected) {
  ASSERT_EQ(actions.size(), expected.size());
  for (size_t i = 0; i < actions.size(); ++i) ASSERT_TRUE(same_bits(actions[i], expected[i])) << "step " << i;
}

/// A task, a policy for it, its robot's file, and the data of that robot's cameras and sensors.
struct Setting {
  Setting(const std::string& yaml, const std::string& network)
      : task(load_task(ConfigNode::parse_text(yaml, "parity.yaml"), "parity", "")),
        env(task.factory()),
        policy(make_experienced_policy(env->spec(), network)),
        loaded(parse_policy(format_policy(policy, {.task = "parity"}), "parity.safetensors", builtin_layers<float>())),
        config(draft_robot(dynamic_cast<TaskEnv&>(*env), "parity")),
        sensors(env->spec().sensors) {
    config.address = config.stop_address = "tcp://127.0.0.1:*";
    config.watchdog = config.max_age = 9;  // s: a busy machine has no effect
    config.link_timeout = 20;
    for (SensorSpec& sensor : sensors) {
      if (!sensor.is_image()) continue;
      sensor.shape[2] /= sensor.frames;
      sensor.frames = 1;
    }
  }
  // Evaluates like `train`, and plays like `play`: several episodes in several threads.
  Episode evaluate() const {
    std::vector<NotingEnv*> envs;
    ThreadPool pool(2);
    Evaluator evaluator(noting(envs), pool);
    evaluator.run(policy, 2, Rng(3).split("play"));
    return envs.at(0)->episode();
  }
  // Plays like `play` with a view inside the policy.
  Episode play_and_watch() const {
    std::vector<NotingEnv*> envs;
    ThreadPool pool(1);
    Evaluator evaluator(noting(envs), pool);
    PolicyProbe probe(policy);
    PolicyRunner controller(policy);
    int beginnings = 0;
    evaluator.run_episode(controller, Rng(3).split("play").split("episode", 0), {},
                          [&](const ObservationRows& row, std::span<const float> state, bool starts_anew) {
                            beginnings += starts_anew;
                            probe.look(row, state, starts_anew);
                          });
    EXPECT_EQ(beginnings, 1);
    return envs.at(0)->episode();
  }

  Task task;
  std::unique_ptr<Env> env;
  Policy policy;
  LoadedPolicy loaded;  // the same policy as `stream` loads it
  RobotConfig config;
  std::vector<SensorSpec> sensors;  // the robot's: cameras deliver one frame

 private:
  EnvFactory noting(std::vector<NotingEnv*>& envs) const {
    return [this, &envs] {
      auto noting_env = std::make_unique<NotingEnv>(task.factory());
      envs.push_back(noting_env.get());
      return noting_env;
    };
  }
};

/// Frames and numbers, an LSTM memory, and a sensor that only the critic uses.
Setting camera_setting() {
  return {"extends: " SINEW_SOURCE_DIR "/configs/tasks/visual_reach.yaml\n" + std::string(R"(
frame_skip: 1
time_limit: 50
observations:
  camera: {size: [24, 32], frames: 3}
)"),
          R"({encoders: {joints: {normalize: true, layers: []}, truth: {used_by: critic},
                camera: {normalize: true, layers: [{conv: {filters: 4, kernel: 5, stride: 3}}, relu, flatten, {linear: 16}, tanh]}},
              core: {lstm: 12}, actor: [{linear: 16}, tanh], critic: []})"};
}

Setting number_setting() {
  return {"extends: " SINEW_SOURCE_DIR "/configs/tasks/half_cheetah.yaml\nframe_skip: 1\ntime_limit: 50\n",
          "{encoders: {state: {normalize: true, layers: []}}, core: {gru: 12}, actor: [], critic: []}"};
}

// The policy's side without sockets, but with its messages' bytes; observations of the robot before it is armed come
// first.
std::vector<std::vector<float>> act_on_messages(const Setting& setting, const Episode& episode) {
  PolicyControl control(*setting.loaded.policy, setting.config);
  PolicyInput input(control.controller(), setting.config, {setting.sensors, {}});
  ArrivedObservation arrived = control.empty_observation();
  PolicyDecision decision = control.empty_decision();
  std::vector<std::vector<float>> actions;
  uint64_t sequence = 0;
  const auto act = [&](uint64_t session, size_t step) {
    ++sequence;
    const double now = 100 + 0.01 * static_cast<double>(sequence);
    const auto frames = encode(ObservationMessage{.session = session,
                                                  .sequence = sequence,
                                                  .stamp = now,
                                                  .numbers = episode.numbers[step],
                                                  .joints = std::vector<double>(2 * setting.config.actuators.size()),
                                                  .images = episode.frames[step]});
    const std::vector<std::string_view> views(frames.begin(), frames.end());
    const Message message = decode(views);
    ASSERT_TRUE(input.accept(std::get<ObservationMessage>(message), now, arrived)) << input.problem();
    control.act(arrived, now, decision);
    if (session > 0) actions.push_back(decision.policy);
  };
  for (size_t step = 20; step > 10; --step) act(0, step);
  for (size_t step = 0; step < episode.numbers.size(); ++step) act(1, step);
  return actions;
}

/// A robot that replays an episode from the moment it is armed.
class ReplayingBody final : public RobotBody {
 public:
  ReplayingBody(const Setting& setting, const Episode& episode) : sensors_(setting.sensors), episode_(episode) {
    for (const ActuatorLimits& one : setting.config.limits())
      position_.push_back(std::midpoint(one.lowest(), one.highest()));
    velocity_.resize(position_.size());
  }
  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override { return {.joints = {position_, velocity_, {}}, .stamp = now_seconds()}; }
  void observe(std::span<float> numbers, std::string& scene) override {
    const size_t step = is_told_ ? std::min(next_++, episode_.numbers.size() - 1) : episode_.numbers.size() / 2;
    std::ranges::copy(episode_.numbers[step], numbers.begin());
    scene = std::to_string(step);
    ++observations;
  }
  void take_images(const std::string& scene, std::vector<std::string>& images) override {
    images = episode_.frames[std::stoul(scene)];
  }
  void command(std::span<const double>) override { is_told_ = true; }
  void rest() override { is_told_ = false; }
  bool is_told() const { return is_told_; }

  std::atomic<uint64_t> observations{0};

 private:
  std::vector<SensorSpec> sensors_;
  const Episode& episode_;
  std::vector<double> position_, velocity_;
  bool is_told_ = false;
  size_t next_ = 0;
};

/// Serves it to a policy on this computer and waits for the policy: no observation is sent before the previous one is
/// answered.
class ReplayingRobot {
 public:
  ReplayingRobot(const Setting& setting, const Episode& episode)
      : body_(setting, episode),
        server_(setting.config, body_, options()),
        thread_([this] { server_.run([this] { return !ending_; }); }) {}
  ~ReplayingRobot() {
    ending_ = true;
    thread_.join();
  }
  const std::string& address() const { return server_.address(); }

  std::atomic<uint64_t> answered{0};  // the last observation that was answered

 private:
  RobotServer::Options options() {
    RobotServer::Options options;
    options.real_time = false;
    options.after_tick = [this] {
      soon([this] { return ending_ || answered >= body_.observations; }, body_.is_told() ? 10 : 0.02);
    };
    return options;
  }
  std::atomic<bool> ending_{false};
  ReplayingBody body_;
  RobotServer server_;
  std::thread thread_;
};

// Both sides over real sockets.
std::vector<std::vector<float>> act_over_sockets(const Setting& setting, const Episode& episode) {
  ReplayingRobot robot(setting, episode);
  RobotConfig config = setting.config;
  config.address = robot.address();
  std::mutex mutex;
  std::vector<std::vector<float>> actions;
  const auto is_over = [&] {
    const std::lock_guard lock(mutex);
    return actions.size() >= episode.actions.size();
  };
  PolicyClient client(*setting.loaded.policy, config,
                      {.link = {.policy_name = "parity"},
                       .connect_timeout = 20,
                       .real_time = false,
                       .on_decision = [&](const PolicyDecision& decision) {
                         const std::lock_guard lock(mutex);
                         if (decision.session > 0) actions.push_back(decision.policy);
                         robot.answered = decision.answers;
                       }});
  EXPECT_TRUE(soon([&] { return client.robot().mode == Mode::inactive; }));
  client.arm();
  EXPECT_TRUE(soon(is_over));
  EXPECT_EQ(client.robot().mode, Mode::armed);
  client.check();
  const std::lock_guard lock(mutex);
  actions.resize(std::min(actions.size(), episode.actions.size()));
  return actions;
}

void expect_parity(const Setting& setting) {
  const Episode evaluated = setting.evaluate(), played = setting.play_and_watch();
  ASSERT_EQ(evaluated.actions.size(), 50u);
  for (size_t i = 1; i < evaluated.actions.size(); ++i)
    ASSERT_FALSE(same_bits(evaluated.actions[i], evaluated.actions[i - 1]))
        << "a policy that says one thing shows nothing";
  expect_same_bits(played.actions, evaluated.actions);
  expect_same_bits(act_on_messages(setting, evaluated), evaluated.actions);
  expect_same_bits(act_over_sockets(setting, evaluated), evaluated.actions);
}

TEST(Parity, FramesNumbersAndMemory) { expect_parity(camera_setting()); }
TEST(Parity, NumbersAndMemory) { expect_parity(number_setting()); }

TEST(Parity, AnEarlierFrameOrMemoryWouldShow) {
  const Setting setting = camera_setting();
  Episode episode = setting.evaluate();
  const std::vector<std::vector<float>> expected = episode.actions;
  episode.frames[10][0][700] ^= 0x40;  // one byte of an image
  const std::vector<std::vector<float>> actions = act_on_messages(setting, episode);
  EXPECT_TRUE(same_bits(actions[9], expected[9]));
  EXPECT_FALSE(same_bits(actions[10], expected[10]));
  EXPECT_FALSE(same_bits(actions[30], expected[30])) << "it remembers";
}

// A JPEG's pixels differ slightly; the actions equal those for the decoded pixels sent raw.
TEST(Parity, JpegFrames) {
  const Setting setting = camera_setting();
  Episode raw = setting.evaluate(), jpeg = raw, decoded = raw;
  JpegEncoder encoder(95);
  JpegDecoder decoder;
  const ImageShape shape{24, 32, 3};
  double difference = 0;
  for (size_t i = 0; i < raw.frames.size(); ++i) {
    const std::string& frame = raw.frames[i][0];
    const auto bytes = encoder.encode({reinterpret_cast<const uint8_t*>(frame.data()), frame.size()}, shape);
    jpeg.frames[i][0].assign(bytes.begin(), bytes.end());
    std::vector<uint8_t> pixels(shape.size());
    ASSERT_EQ(decoder.read_header(bytes), shape);
    decoder.decode(bytes, pixels);
    for (size_t k = 0; k < pixels.size(); ++k) difference += std::abs(pixels[k] - static_cast<uint8_t>(frame[k]));
    decoded.frames[i][0].assign(pixels.begin(), pixels.end());
  }
  EXPECT_LT(difference, 8.0 * static_cast<double>(shape.size() * raw.frames.size()));
  EXPECT_GT(difference, 0);
  const std::vector<std::vector<float>> expected = act_on_messages(setting, decoded);
  expect_same_bits(act_on_messages(setting, jpeg), expected);
  expect_same_bits(act_over_sockets(setting, jpeg), expected);
}

}  // namespace
}  // namespace sinew

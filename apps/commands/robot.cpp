// sinew robot: a task's robot, simulated in real time, on the robot's side of the link.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "apps/command_line/live_line.h"
#include "apps/command_line/recording_argument.h"
#include "apps/command_line/stop_signal.h"
#include "apps/commands/commands.h"
#include "apps/robot/robot_draft.h"
#include "apps/robot/signalled_stop.h"
#include "apps/robot/simulated_robot.h"
#include "core/clock.h"
#include "core/input_path.h"
#include "core/safe_file.h"
#include "robots/link/link_keys.h"
#include "robots/link/robot_server.h"
#include "robots/recording/robot_recorder.h"
#include "sim/camera/window.h"
#include "vision/png.h"

namespace sinew {
namespace {

constexpr int view_width = 640, view_height = 480;

struct RobotArguments {
  std::string task, keys;
  std::optional<std::string> config, profile, picture, address, stop_address, adapter, wire, record;
  double latency = 0, jitter = 0, loss = 0, noise = 0, seconds = 0;
  int jpeg = 0;
  uint64_t seed = 1;
  bool window = false, allow_anybody = false;
};

std::optional<LatencyProfile> delays_of(const RobotArguments& arguments) {
  const bool given = arguments.latency > 0 || arguments.jitter > 0 || arguments.loss > 0;
  if (arguments.profile && given)
    fail("--profile and --latency, --jitter, --loss: the profile says these; leave one out");
  if (arguments.profile) return load_latency_profile(find_file(*arguments.profile, "").path);
  if (arguments.latency < 0 || arguments.latency > longest_delay || arguments.jitter < 0 ||
      arguments.jitter > longest_delay)
    fail("--latency {} and --jitter {}: they must be from 0 to {} s", arguments.latency, arguments.jitter,
         longest_delay);
  if (arguments.loss < 0 || arguments.loss >= 1) fail("--loss {}: it must be at least 0 and below 1", arguments.loss);
  if (!given) return {};
  const DelayDistribution delay{
      {std::max(0.0, arguments.latency - arguments.jitter), arguments.latency + arguments.jitter}};
  return LatencyProfile{delay, delay, arguments.loss};
}

// The robot's file: read if it exists, else drafted from the model and written.
RobotConfig robot_file(const RobotArguments& arguments, const Task& task, const AdapterTable& adapters) {
  const std::unique_ptr<Env> env = task.factory();
  const auto* task_env = dynamic_cast<const TaskEnv*>(env.get());
  if (!task_env)
    fail("the task '{}' is not simulated by MuJoCo: it has no joints that a robot could be told to move", task.name);
  RobotConfig config;
  const bool is_there = arguments.config && find_file(*arguments.config, "").is_there;
  if (is_there) {
    config = load_robot_config(*arguments.config);
    fmt::print("{}: the robot's file as it stands\n", *arguments.config);
    if (arguments.adapter && *arguments.adapter != config.adapter)
      fail("--adapter {}: {} says `adapter: {}`; leave one out, or name a new file, which is then written",
           *arguments.adapter, *arguments.config, config.adapter);
  } else {
    const std::string adapter = arguments.adapter.value_or(own_protocol);
    config = with_context(fmt::format("the task '{}'", task.name), [&] {
      return adapter == own_protocol ? draft_robot(*task_env, task.name)
                                     : draft_robot(*task_env, task.name, adapters.find(adapter));
    });
  }
  if (arguments.address && config.adapter != own_protocol)
    fail("--address is for our own protocol; the addresses of the adapter '{}' stand under `wire` in the robot's file",
         config.adapter);
  if (arguments.address) config.address = *arguments.address;
  if (arguments.stop_address) config.stop_address = *arguments.stop_address;
  check_robot_config(config);
  if (!is_there && arguments.config) {
    write_file_atomically(*arguments.config, to_yaml(config, task.name));
    fmt::print("{}: the robot's file, written\n", *arguments.config);
  }
  config.allow_anybody |= arguments.allow_anybody;
  return config;
}

// For a robot of another protocol, the cameras named in its file, whatever the task observes.
std::optional<std::vector<CameraView>> cameras_of(const RobotConfig& config, const AdapterTable& adapters) {
  if (config.adapter == own_protocol) return {};
  const Adapter& adapter = adapters.find(config.adapter);
  if (!adapter.cameras) return {};
  std::vector<CameraView> views;
  for (const SensorSpec& camera : adapter.cameras(config))
    views.push_back({.camera = camera.name, .height = camera.shape[0], .width = camera.shape[1]});
  return views;
}

// The scene, in a window or as a picture every second.
class View {
 public:
  View(const RobotArguments& arguments, const Task& task) : picture_(arguments.picture) {
    if (!arguments.picture && !arguments.window) return;
    env_ = task.factory();
    Rng rng(1);
    env_->reset(rng);
    pixels_.resize(size_t{3} * view_width * view_height);
    if (arguments.window) window_.emplace(view_height, view_width, "sinew robot: " + task.name);
  }
  /// Returns false once the window was closed.
  bool show(SimulatedRobot& body) {
    if (!env_ || !body.fetch_scene()) return true;
    const bool picture_is_due = picture_ && now_seconds() - drawn_at_ >= 1;
    if (!window_ && !picture_is_due) return true;
    StateArchive archive(body.scene(), "the scene");
    env_->visit_state(archive);
    if (!env_->render(view_height, view_width, pixels_)) fail("the task has no picture to show");
    if (picture_is_due) {
      write_png(*picture_, {view_height, view_width, 3, pixels_});
      drawn_at_ = now_seconds();
    }
    if (!window_) return true;
    window_->show(pixels_);
    return !window_->closed();
  }

 private:
  std::optional<std::string> picture_;
  std::unique_ptr<Env> env_;
  std::vector<uint8_t> pixels_;
  std::optional<Window> window_;
  double drawn_at_ = 0;
};

// Reports events to the user and to the recording, if any. Called from several threads.
class Journal {
 public:
  explicit Journal(std::optional<std::string> recording) : path_(std::move(recording)) {}
  void tell(const std::string& event) {
    const std::lock_guard lock(mutex_);
    line_.print(event);
    if (recorder_) recorder_->file().event(event);
  }
  /// A tap for the observations after begin().
  ObservationTap tap() {
    if (!path_) return {};
    return [this](SentObservation&& sent) { recorder_->observation(std::move(sent)); };
  }
  void begin(const RobotConfig& config, const std::vector<SensorSpec>& sensors) {
    const std::lock_guard lock(mutex_);
    if (path_) recorder_ = std::make_unique<RobotRecorder>(*path_, config, sensors);
  }
  void finish() {
    if (recorder_) finish_recording(recorder_->file());
  }

 private:
  std::optional<std::string> path_;
  LiveLine line_{false};
  std::mutex mutex_;
  std::unique_ptr<RobotRecorder> recorder_;
};

// The robot's side of our own protocol.
class OwnSide final : public RobotSide {
 public:
  OwnSide(const RobotConfig& config, RobotBody& body, RobotServer::Options options)
      : body_(body), server_(config, body, std::move(options)) {}
  void run(const std::function<bool()>& go_on) override { server_.run(go_on); }
  void emergency_stop() noexcept override { server_.emergency_stop(); }
  void release_emergency_stop() noexcept override { server_.release_emergency_stop(); }
  std::vector<SensorSpec> sensors() const override { return body_.sensors(); }
  std::string where() const override {
    return fmt::format("{} (emergency stop: {})", server_.address(), server_.stop_address());
  }
  std::string report() const override {
    const RobotLinkCounters& counters = server_.link_counters();
    return fmt::format(
        "ticks came late by {}; skipped {}\n"
        "observations sent {}, dropped {}; actions received {}; messages from others {}, malformed {}\n"
        "real time: {}\n",
        server_.lateness().text(), server_.skipped_ticks(), counters.observations.load(), counters.dropped.load(),
        counters.actions.load(), counters.foreign.load(), counters.malformed.load(), server_.real_time_report());
  }

 private:
  RobotBody& body_;
  RobotServer server_;
};

std::unique_ptr<RobotSide> make_side(const RobotArguments& arguments, const RobotConfig& config, RobotBody& body,
                                     const AdapterTable& adapters, const AdapterEvents& tell,
                                     const ObservationTap& tap) {
  if (config.adapter == own_protocol) {
    if (arguments.wire) fail("--wire is for a robot's file with an `adapter`");
    return std::make_unique<OwnSide>(
        config, body,
        RobotServer::Options{
            .link = {.delays = delays_of(arguments), .seed = arguments.seed, .on_event = tell, .on_observation = tap},
            .security = robot_security(config, arguments.keys)});
  }
  if (delays_of(arguments))
    fail("--profile, --latency, --jitter and --loss are for our own protocol, not for '{}'", config.adapter);
  const Adapter& adapter = adapters.find(config.adapter);
  check_accepted(adapter, config.accept);
  if (!adapter.serve) fail("the adapter '{}' connects to robots, but cannot act as one", config.adapter);
  return adapter.serve(config, body,
                       {.wire = arguments.wire.value_or(""),
                        .security = robot_security(config, arguments.keys),
                        .on_event = tell,
                        .on_observation = tap});
}

int robot(const RobotArguments& arguments, const Registry& registry, const AdapterTable& adapters) {
  if (arguments.noise < 0) fail("--noise {}: it must be 0 or more", arguments.noise);
  if (arguments.seconds < 0) fail("--seconds {}: it must be 0 or more", arguments.seconds);
  if (arguments.jpeg < 0 || arguments.jpeg > 100)
    fail("--jpeg {}: a quality from 1 to 100, or 0 for raw frames", arguments.jpeg);
  const Task task = load_task(arguments.task, registry.tasks);
  const RobotConfig config = robot_file(arguments, task, adapters);
  Journal journal(arguments.record);
  const auto tell = [&journal](const std::string& event) { journal.tell(event); };
  SimulatedRobot body(task.factory, config,
                      {.seed = arguments.seed,
                       .noise = arguments.noise,
                       .jpeg_quality = arguments.jpeg,
                       .watched = arguments.picture || arguments.window,
                       .cameras = cameras_of(config, adapters),
                       .at_own_pace = config.adapter != own_protocol,
                       .whole_range = config.adapter != own_protocol,
                       .on_event = tell});
  View view(arguments, task);
  catch_stop_signals();  // before any client can connect
  std::unique_ptr<RobotSide> side = make_side(arguments, config, body, adapters, tell, journal.tap());
  journal.begin(config, side->sensors());  // no observation is made before it runs
  std::optional<SignalledStop<RobotSide>> stop(*side);
  fmt::print(
      "the robot '{}' listens on {}; kill -USR1 {} is an emergency stop, -USR2 releases it; {:.4g} Hz, control at "
      "{:.4g} Hz\n",
      config.robot, side->where(), ::getpid(), config.rate, 1 / config.tick());
  std::fflush(stdout);
  const double begun = now_seconds();
  std::atomic<bool> closed{false}, over{false};
  std::exception_ptr error;
  std::thread control([&] {
    try {
      side->run([&] {
        return !stop_requested() && !closed && (arguments.seconds == 0 || now_seconds() - begun < arguments.seconds);
      });
    } catch (...) {
      error = std::current_exception();
    }
    over = true;
  });
  try {
    while (!over) {
      if (!view.show(body)) closed = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  } catch (...) {
    closed = true;
    if (!error) error = std::current_exception();
  }
  control.join();
  stop.reset();
  if (error) std::rethrow_exception(error);
  fmt::print("{}", side->report());
  side.reset();
  journal.finish();
  // Without a time limit, a requested end is a success.
  return stop_requested() && arguments.seconds > 0 ? stop_exit_code() : 0;
}

}  // namespace

Command::Work declare_robot(CommandLine& line, const Registry& registry, const AdapterTable& adapters) {
  auto arguments = std::make_shared<RobotArguments>();
  line.argument("TASK", arguments->task, "a task's name or YAML file; its robot is simulated, in real time").is_input();
  line.option(
          "--config", arguments->config, "ROBOT.yaml",
          "the robot's file, which 'sinew stream --robot' takes too: written from the model where there is none, else "
          "read")
      .is_input();
  line.option("--address", arguments->address, "A", "where it listens; by default tcp://127.0.0.1:5570");
  line.option("--stop-address", arguments->stop_address, "A",
              "where its emergency stop listens; by default tcp://127.0.0.1:5571");
  line.option("--keys", arguments->keys, "FOLDER",
              "where the CURVE keys and the allow-list are, instead of ~/.config/sinew/keys")
      .is_folder();
  line.flag("--allow-anybody", arguments->allow_anybody,
            "listens beyond this computer without keys: anybody may move this robot");
  line.option("--adapter", arguments->adapter, "NAME",
              "speaks another dialect than ours; a file that --config writes then says so; lekiwi: LeRobot's clients "
              "drive it");
  line.option("--wire", arguments->wire, "old|new", "the version of that dialect; by default the newest");
  line.option("--latency", arguments->latency, "S", "delay of each observation, and of each action");
  line.option("--jitter", arguments->jitter, "S", "how much the delay varies, up and down");
  line.option("--loss", arguments->loss, "P", "share of the actions that is lost");
  line.option("--profile", arguments->profile, "F.yaml",
              "takes its delays from this file instead, as 'sinew log --profile' measured them")
      .is_input();
  line.option("--noise", arguments->noise, "S", "standard deviation of the noise on each number that it senses");
  line.option("--jpeg", arguments->jpeg, "Q", "sends its cameras' frames as JPEG of this quality; 0: as they are");
  line.option("--seed", arguments->seed, "N", "seeds its starts, noise and delays");
  line.option("--seconds", arguments->seconds, "S", "ends after this time; 0, the default: at Ctrl-C");
  line.option("--record", arguments->record, "F.mcap",
              "records what it observes and what its actuators are told, whatever drives it")
      .is_output(new_file("a recording"));
  line.option("--picture", arguments->picture, "F.png", "a picture of it, every second").is_output(png_picture());
  line.flag("--window", arguments->window, "shows it live, where there is a display");
  line.example(
      "sinew robot inverted_pendulum --config pendulum.yaml\n"
      "  sinew stream zoo/inverted_pendulum.safetensors --robot pendulum.yaml     # in another terminal\n"
      "  sinew robot lekiwi_reach --adapter lekiwi     # a LeKiwi for LeRobot's clients, at ports 5555 and 5556");
  return [arguments, &registry, &adapters] { return robot(*arguments, registry, adapters); };
}

}  // namespace sinew

// sinew stream: a policy drives a robot.
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "apps/robot_commands.h"
#include "apps/file_argument.h"
#include "apps/json_file_internal.h"
#include "apps/live_line.h"
#include "apps/policy_path.h"
#include "apps/stream_status_internal.h"
#include "core/clock.h"
#include "core/safe_file.h"
#include "nets/policy_file.h"
#include "robots/flight_recorder.h"
#include "robots/handshake.h"
#include "robots/link_keys.h"
#include "robots/policy_client.h"

namespace sinew {
namespace {

std::atomic<int> stop_signal{0};
void request_stop(int signal) { stop_signal = signal; }

struct StreamArguments {
  std::string policy;
  std::optional<std::string> robot, record, json;
  std::string keys;
  bool shadow = false, arm = false, no_record = false, histogram = false;
  double seconds = 0, connect_timeout = 5;
};

// A line that was typed, if one was.
std::optional<std::string> typed_line() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) <= 0 || !(input.revents & POLLIN)) return {};
  char bytes[256];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count <= 0) return {};
  std::string line(bytes, static_cast<size_t>(count));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

// One session at the terminal: asks, shows, stops.
class Session {
 public:
  Session(PolicyClient& client, const StreamArguments& arguments, LiveLine& line)
      : client_(client), arguments_(arguments), line_(line), asks_(!arguments.arm && !arguments.shadow), is_tty_(::isatty(STDIN_FILENO) != 0) {}

  /// Returns when it is over: a signal, the time, or, where nobody can be asked, a robot that stopped.
  void run() {
    begun_ = now_seconds();
    if (asks_) prompt("type arm and press Enter to arm the robot; Ctrl-C ends");
    if (arguments_.arm) arm();
    while (!stop_signal && !is_over()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      client_.check();
      if (const auto typed = typed_line()) heed(*typed);
      watch_mode();
      show();
    }
    end();
  }
  double seconds() const { return now_seconds() - begun_; }
  /// Why it is over, where that is no success.
  const std::string& failure() const { return failure_; }

 private:
  bool is_over() const { return !failure_.empty() || (arguments_.seconds > 0 && seconds() >= arguments_.seconds); }
  void prompt(const std::string& text) { line_.print(text); }

  // A stop is acknowledged first; once the robot is inactive again, it is armed.
  void arm() {
    asked_at_ = now_seconds();
    wants_to_arm_ = true;
    if (client_.robot().mode == Mode::stopped) client_.acknowledge();
  }

  // "arm" arms; whatever else is typed while it moves stops it.
  void heed(const std::string& typed) {
    if (client_.robot().mode == Mode::armed)
      client_.stop("stopped at the keyboard");
    else if (typed == "arm" && !arguments_.shadow)
      arm();
    else
      prompt("type arm to arm it; while it is armed, Enter stops it");
  }

  void watch_mode() {
    const Mode mode = client_.robot().mode;
    if (wants_to_arm_ && mode == Mode::inactive) {
      client_.arm();
      wants_to_arm_ = false;
    }
    if (asked_at_ > 0 && mode != Mode::armed && mode_ != Mode::armed && now_seconds() - asked_at_ > 2) {
      asked_at_ = 0;
      if (!is_tty_) failure_ = "the robot was not armed within 2 s";
    }
    if (mode == mode_) return;
    const Mode before = std::exchange(mode_, mode);
    if (mode == Mode::armed) {
      asked_at_ = 0;
      prompt("armed; Enter stops it");
    }
    if (mode != Mode::stopped && !(before == Mode::armed && mode != Mode::armed)) return;
    const std::string why = fmt::format("the robot stopped: {}", name_of(client_.robot().alarm.load()));
    if (is_tty_)
      prompt(why + "; type arm and press Enter to acknowledge that, and to arm it again");
    else if (before == Mode::armed)
      failure_ = why;
  }

  void show() {
    if (now_seconds() - shown_at_ < 0.5) return;
    const uint64_t count = client_.counters().observations;
    const double rate = shown_at_ > 0 ? static_cast<double>(count - shown_count_) / (now_seconds() - shown_at_) : 0;
    if (shown_at_ > 0) line_.show(status_line(client_, rate));
    shown_at_ = now_seconds();
    shown_count_ = count;
  }

  // The robot is told, and its answer awaited; one that does not answer stops by its own watchdog.
  void end() {
    if (client_.robot().mode != Mode::armed) return;
    client_.stop("the session ends");
    for (int i = 0; i < 50 && client_.robot().mode == Mode::armed; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    line_.print(client_.robot().mode == Mode::armed ? "the robot did not confirm that it stopped; its watchdog does that"
                                                    : "the robot stopped");
  }

  PolicyClient& client_;
  const StreamArguments& arguments_;
  LiveLine& line_;
  bool asks_, is_tty_, wants_to_arm_ = false;
  double begun_ = 0, asked_at_ = 0, shown_at_ = 0;
  uint64_t shown_count_ = 0;
  Mode mode_ = Mode::unconfigured;
  std::string failure_;
};

void check_arguments(const StreamArguments& arguments) {
  if (!arguments.robot) fail("--robot ROBOT.yaml is missing; 'sinew robot TASK --config ROBOT.yaml' writes one");
  if (arguments.shadow && arguments.arm) fail("--shadow sends nothing, --arm arms the robot; leave one out");
  if (arguments.seconds < 0) fail("--seconds {}: it must be 0 or more", arguments.seconds);
  if (!arguments.shadow && !arguments.arm && !::isatty(STDIN_FILENO))
    fail("nobody is at the keyboard to arm the robot: --arm arms it at once, --shadow only watches");
  if (arguments.record && arguments.no_record) fail("--record and --no-record: leave one out");
  check_output(arguments.json);
}

// recordings/ROBOT_2026-11-25_13-05-09.mcap, or what was asked for.
std::string recording_path(const StreamArguments& arguments, const RobotConfig& config) {
  if (arguments.record) return *arguments.record;
  make_writable_folder("recordings");
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d_%H-%M-%S", &utc);
  return fmt::format("recordings/{}_{}.mcap", config.robot, text);
}

void finish_recording(FlightRecorder* recorder) {
  if (!recorder) return;
  recorder->finish();
  fmt::print("recording: {}{}\n", recorder->path(),
             recorder->left_out() > 0 ? fmt::format(" ({} messages left out: the disk was too slow)", recorder->left_out()) : "");
  if (const std::string why = recorder->failure(); !why.empty()) fmt::print("it ends early: {}\n", why);
}

int stream(const StreamArguments& arguments, const LayerTable<float>& layers) {
  check_arguments(arguments);
  const std::string path = policy_path(arguments.policy);
  const RobotConfig config = load_robot_config(*arguments.robot);
  const LoadedPolicy loaded = load_policy(path, layers);  // checks its golden pairs
  fmt::print("{}: its golden pairs give the actions that they gave when it was trained\n", path);
  with_context(path, [&] { check_policy(*loaded.policy, config); });

  std::unique_ptr<FlightRecorder> recorder;
  LiveLine line(::isatty(STDERR_FILENO) != 0);
  PolicyClient::Options options;
  options.link.policy_name = path;
  options.link.secure = policy_security(config, arguments.keys);
  options.link.shadow = arguments.shadow;
  options.connect_timeout = arguments.connect_timeout;
  options.link.on_event = [&](const std::string& event) {
    line.print(event);
    if (recorder) recorder->event(event);
  };
  if (!arguments.no_record) {
    options.on_welcome = [&](const Hello& hello, const Welcome& welcome, const PolicyDecision& empty) {
      recorder = std::make_unique<FlightRecorder>(recording_path(arguments, config), session_of(welcome, hello, config, path), empty);
    };
    options.link.on_observation = [&](ObservationMessage&& message, const ObservationTimes& times) {
      recorder->observation(std::move(message), times);
    };
    options.on_decision = [&](const PolicyDecision& decision) { recorder->decision(decision); };
  }
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  auto client = std::make_unique<PolicyClient>(*loaded.policy, config, options);
  fmt::print("connected to the robot '{}' at {}: {} sensors, {} actuators, {} Hz; all agree\n", client->welcome().robot,
             config.address, client->welcome().interface.sensors.size(), config.actuators.size(), config.rate);
  std::fflush(stdout);
  Session session(*client, arguments, line);
  session.run();
  line.clear();
  fmt::print("{}", final_report(*client, session.seconds(), true));
  if (arguments.json) write_json(*arguments.json, report_json(*client, session.seconds()));
  client.reset();  // nothing is recorded any more
  finish_recording(recorder.get());
  if (!session.failure().empty()) throw Error(session.failure(), Error::Fault::system);
  return 0;
}

}  // namespace

Command::Work declare_stream(CommandLine& line, const LayerTable<float>& layers) {
  auto arguments = std::make_shared<StreamArguments>();
  line.argument("POLICY", arguments->policy, "a run folder (its best policy) or a .safetensors file");
  line.option("--robot", arguments->robot, "ROBOT.yaml", "the robot's file: address, limits, what its actuators take");
  line.flag("--shadow", arguments->shadow, "runs the policy and shows what it would do, and sends nothing");
  line.flag("--arm", arguments->arm, "arms the robot at once, without asking");
  line.option("--seconds", arguments->seconds, "S", "ends after so long; 0: until Ctrl-C");
  line.option("--connect-timeout", arguments->connect_timeout, "S", "how long it waits for the robot");
  line.option("--keys", arguments->keys, "FOLDER", "where the CURVE keys are");
  line.option("--record", arguments->record, "F.mcap", "where the recording goes; by default into recordings/");
  line.flag("--no-record", arguments->no_record, "records nothing");
  line.option("--json", arguments->json, "F", "also writes the final report to a file");
  line.example(
      "sinew robot inverted_pendulum --config pendulum.yaml     # a simulated robot, in another terminal\n"
      "  sinew stream zoo/inverted_pendulum.safetensors --robot pendulum.yaml");
  return [arguments, &layers] { return stream(*arguments, layers); };
}

}  // namespace sinew

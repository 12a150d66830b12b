// sinew stream: drives a robot with a policy.
#include <fmt/core.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/command_line/json_file_internal.h"
#include "apps/command_line/live_line.h"
#include "apps/command_line/policy_path.h"
#include "apps/command_line/recording_argument.h"
#include "apps/command_line/stop_signal.h"
#include "apps/command_line/terminal.h"
#include "apps/robot/signalled_stop.h"
#include "apps/robot/stream_session_internal.h"
#include "apps/robot/stream_status_internal.h"
#include "apps/robot_commands.h"
#include "core/input_path.h"
#include "core/safe_file.h"
#include "core/text.h"
#include "nets/formats/policy_file.h"
#include "robots/link/adapted_robot.h"
#include "robots/link/link_keys.h"
#include "robots/link/policy_client.h"
#include "robots/link/policy_recorder.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

struct StreamArguments {
  std::string policy;
  std::optional<std::string> robot, record, json;
  std::string keys;
  bool shadow = false, arm = false, acknowledge = false, no_record = false;
  double seconds = 0, connect_timeout = 5;
};

void check_arguments(const StreamArguments& arguments) {
  if (!arguments.robot) fail("--robot ROBOT.yaml is missing; 'sinew robot TASK --config ROBOT.yaml' writes one");
  if (arguments.shadow && arguments.arm) fail("--shadow sends nothing, --arm arms the robot; leave one out");
  if (arguments.seconds < 0) fail("--seconds {}: it must be 0 or more", arguments.seconds);
  if (arguments.connect_timeout < 0) fail("--connect-timeout {}: it must be 0 or more", arguments.connect_timeout);
  if (!arguments.shadow && !arguments.arm && !::isatty(STDIN_FILENO))
    fail("there is no keyboard to arm the robot from: --arm arms it at once, --shadow only watches");
  if (arguments.acknowledge && !arguments.arm) fail("--acknowledge needs --arm; add that");
  if (arguments.record && arguments.no_record) fail("--record and --no-record: leave one out");
}

// recordings/ROBOT_2026-11-25_13-05-09.mcap, or the path that was given.
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

// Connects to a robot of another protocol; the robot's side of the link then runs in this process. `config` becomes
// that of the policy's side.
std::unique_ptr<AdaptedRobot> adapt(RobotConfig& config, const AdapterTable& adapters, const StreamArguments& arguments,
                                    const AdapterEvents& on_event, std::optional<SignalledStop<RobotServer>>& stop) {
  if (config.adapter == own_protocol) return nullptr;
  auto robot = with_context(*arguments.robot, [&] {
    return std::make_unique<AdaptedRobot>(config, adapters,
                                          AdaptedRobot::Options{.keys = arguments.keys, .on_event = on_event});
  });
  config = robot->config();
  stop.emplace(robot->server());
  fmt::print("the adapter '{}' lacks: {}; emergency stop: {}, or kill -USR1 {}; -USR2 releases it\n", config.adapter,
             join(config.accept), config.stop_address, ::getpid());
  return robot;
}

int stream(const StreamArguments& arguments, const LayerTable<float>& layers, const AdapterTable& adapters) {
  check_arguments(arguments);
  const std::string path = policy_path(arguments.policy);
  RobotConfig config = load_robot_config(*arguments.robot);
  const LoadedPolicy loaded = load_policy(path, layers);  // checks its golden pairs
  fmt::print("{}: its golden pairs give the actions that they gave when it was trained\n", path);
  with_context(path, [&] { check_policy(PolicyRunner(*loaded.policy), config); });

  std::unique_ptr<PolicyRecorder> recorder;
  LiveLine line(can_redraw(STDERR_FILENO));
  std::mutex events;  // from several threads
  const auto tell = [&](const std::string& event) {
    const std::lock_guard lock(events);
    line.print(event);
    if (recorder) recorder->file().event(event);
  };
  PolicyClient::Options options;
  options.link.policy_name = path_from(path, "");
  options.link.secure = policy_security(config, arguments.keys);
  options.link.shadow = arguments.shadow;
  options.connect_timeout = arguments.connect_timeout;
  options.link.on_event = tell;
  if (!arguments.no_record) {
    options.on_welcome = [&](const Hello& hello, const Welcome& welcome, const PolicyDecision& empty) {
      const std::lock_guard lock(events);
      const std::string recording = recording_path(arguments, config);
      const std::string from_there = path_from(path, std::filesystem::path(recording).parent_path().string());
      recorder = std::make_unique<PolicyRecorder>(recording, session_of(welcome, hello, config, from_there), empty);
    };
    options.link.on_observation = [&](ObservationMessage&& message, const ObservationTimes& times) {
      recorder->observation(std::move(message), times);
    };
    options.on_decision = [&](const PolicyDecision& decision) { recorder->decision(decision); };
  }
  std::unique_ptr<AdaptedRobot> adapted;
  std::optional<SignalledStop<RobotServer>> stop;
  adapted = adapt(config, adapters, arguments, tell, stop);
  if (adapted) options.context = adapted->context();
  auto client = std::make_unique<PolicyClient>(*loaded.policy, config, options);
  catch_stop_signals();  // nothing has moved before this point
  fmt::print("connected to the robot '{}' {}: {} sensors, {} actuators, {} Hz; all agree\n", client->welcome().robot,
             adapted ? fmt::format("by the adapter '{}'", config.adapter) : "at " + config.address,
             client->welcome().interface.sensors.size(), config.actuators.size(), config.rate);
  std::fflush(stdout);
  StreamSession session(*client, line,
                        {.arm = arguments.arm,
                         .acknowledge = arguments.acknowledge,
                         .shadow = arguments.shadow,
                         .has_keyboard = ::isatty(STDIN_FILENO) != 0,
                         .patience = 4 * config.link_timeout,
                         .seconds = arguments.seconds,
                         .tell = tell,
                         .check = adapted ? std::function<void()>([&] { adapted->check(); }) : nullptr});
  session.run();
  line.clear();
  fmt::print("{}", final_report(*client, session.seconds(), true));
  if (arguments.json) write_json(*arguments.json, report_json(*client, session.seconds()));
  client.reset();
  stop.reset();
  adapted.reset();
  // Recording has ended.
  if (recorder) finish_recording(recorder->file());
  if (!session.failure().empty()) throw Error(session.failure(), Error::Fault::system);
  // Without a time limit, a requested end is a success.
  return stop_requested() && arguments.seconds > 0 ? stop_exit_code() : 0;
}

}  // namespace

Command::Work declare_stream(CommandLine& line, const LayerTable<float>& layers, const AdapterTable& adapters) {
  auto arguments = std::make_shared<StreamArguments>();
  line.argument("POLICY", arguments->policy, "a run folder (its best policy) or a .safetensors file").is_input();
  line.option("--robot", arguments->robot, "ROBOT.yaml", "the robot's file: address, limits, what its actuators take")
      .is_input();
  line.flag("--shadow", arguments->shadow,
            "runs the policy on what the robot observes, records what it would do, and sends nothing");
  line.flag("--arm", arguments->arm, "arms the robot at once, without asking at the keyboard");
  line.flag("--acknowledge", arguments->acknowledge,
            "with --arm: also arms a robot that stopped by itself; never after an emergency stop, which 'sinew stop "
            "--release' releases");
  line.option("--seconds", arguments->seconds, "S",
              "stops the robot and ends after this time; 0, the default: at Ctrl-C");
  line.option("--connect-timeout", arguments->connect_timeout, "S", "how long it waits for the robot; by default 5");
  line.option("--keys", arguments->keys, "FOLDER", "where the CURVE keys are, instead of ~/.config/sinew/keys")
      .is_folder();
  line.option("--record", arguments->record, "F.mcap", "where the recording goes; by default into recordings/")
      .is_output(new_file("a recording"));
  line.flag("--no-record", arguments->no_record, "records nothing");
  line.option("--json", arguments->json, "F", "also writes the final report to a file")
      .is_output(json_result("'sinew stream'", {"seconds", "observations", "actions", "late"}));
  line.example(
      "sinew stream zoo/inverted_pendulum.safetensors --robot pendulum.yaml     # type arm; Enter stops it, Ctrl-C "
      "ends\n"
      "  sinew robot inverted_pendulum --config pendulum.yaml     # the simulated robot for it: first, in another "
      "terminal");
  return [arguments, &layers, &adapters] { return stream(*arguments, layers, adapters); };
}

}  // namespace sinew

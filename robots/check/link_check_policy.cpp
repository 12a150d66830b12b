// The duties of a policy's side; this process is the robot that it connects to.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/text.h"
#include "robots/check/link_check.h"
#include "robots/link/guarded_context.h"
#include "robots/protocol/handshake.h"
#include "robots/protocol/messages.h"

namespace sinew {
namespace {

constexpr int64_t most_request_bytes = 1 << 19;  // of a frame: no message of a policy's side is larger
constexpr double slack = 0.3;                    // s: tolerance beyond the agreed times, for a busy computer
constexpr double phase = 0.6;  // s: duration of each duty's test; a policy's side waits at most 2 s before it
                               // arms

// A hand-written robot: its joints follow their commands, and it sends what a test requires.
class ProbeRobot {
 public:
  ProbeRobot(const RobotConfig& config, const std::optional<RobotSecurity>& security)
      : config_(config),
        context_(std::make_shared<LinkContext>(), security, [this](const std::string& why) { note_refusal(why); }),
        socket_(context_.get(), LinkSocket::Kind::router,
                {.queue = 20, .incoming = 20, .most_bytes = most_request_bytes, .secure = context_.secure()}),
        joints_(2 * config.actuators.size()) {
    socket_.bind(config.address);
    for (size_t i = 0; i < config.actuators.size(); ++i) joints_[i] = middle(config.actuators[i].limits);
  }

  // Handles messages, and sends observations at its rate once it has welcomed a policy's side.
  bool until(const std::function<bool()>& condition, double seconds) {
    const auto serve = [this] {
      listen();
      if (welcomed && now_seconds() >= due_) observe();
    };
    return serve_until(socket_, serve, condition, seconds);
  }
  void live(double seconds) {
    until([] { return false; }, seconds);
  }

  void welcome() {
    std::vector<SensorSpec> sensors = hello.interface.sensors;
    for (SensorSpec& sensor : sensors) {
      if (!sensor.is_image()) continue;
      sensor.shape[2] /= sensor.frames;
      sensor.frames = 1;
    }
    say(make_welcome(config_, sensors));
    sensors_ = {sensors, {}};
    welcomed = true;
  }
  void say(const Message& message) { socket_.send(encode(message), controller_); }

  // Why a peer was refused most recently; "": none was.
  std::string not_let_in() const {
    const std::lock_guard lock(mutex_);
    return not_let_in_;
  }

  std::function<void(ObservationMessage&)> spoil;  // each observation, before it is sent

  // What it received.
  Hello hello;
  std::string not_understood;
  uint64_t hellos = 0, heartbeats = 0, others = 0;  // others: messages of neither kind
  double heard_at = 0, longest_silence = 0;         // s
  uint64_t armed = 0;                               // last requested
  std::vector<RobotAction> actions;                 // received in the current test
  std::vector<double> ages;                         // s, of these actions
  std::map<uint64_t, double> stamps;                // of the observations sent
  bool welcomed = false;
  Mode mode = Mode::inactive;
  Alarm alarm = Alarm::none;

 private:
  void note_refusal(const std::string& why) {  // in the authenticator's thread
    const std::lock_guard lock(mutex_);
    not_let_in_ = why;
  }
  static double middle(const ActuatorLimits& limits) { return 0.5 * (limits.lowest() + limits.highest()); }

  void listen() {
    while (socket_.receive(frames_)) {
      controller_ = frames_.front();
      const std::vector<std::string_view> views(frames_.begin() + 1, frames_.end());
      try {
        socket_.check_size();
        hear(decode(views));
      } catch (const Error& error) {
        not_understood = shortened(error.what(), 200);
      }
    }
  }
  void hear(const Message& message) {
    const double now = now_seconds();
    if (welcomed && heard_at > 0) longest_silence = std::max(longest_silence, now - heard_at);
    heard_at = now;
    if (const auto* one = std::get_if<Hello>(&message)) {
      hello = *one;
      ++hellos;
    } else if (const auto* beat = std::get_if<Heartbeat>(&message)) {
      ++heartbeats;
      say(HeartbeatReply{beat->sent, now});
    } else {
      ++others;
    }
    if (const auto* arm = std::get_if<Arm>(&message)) armed = arm->session;
    if (const auto* action = std::get_if<RobotAction>(&message)) take(*action, now);
  }
  void take(const RobotAction& action, double now) {
    actions.push_back(action);
    ages.push_back(now - action.observed_at);
    last_ = action.sequence;
    if (mode != Mode::armed || action.values.size() != config_.actuators.size()) return;
    for (size_t i = 0; i < action.values.size(); ++i)
      if (config_.actuators[i].limits.kind() == ActuatorLimits::Kind::position && std::isfinite(action.values[i]))
        joints_[i] += 0.3 * (action.values[i] - joints_[i]);
  }
  void observe() {
    due_ = std::max(due_ + 1 / config_.rate, now_seconds());
    ObservationMessage message{.session = mode == Mode::armed ? armed : 0,
                               .sequence = ++sequence_,
                               .stamp = now_seconds(),
                               .mode = mode,
                               .alarm = alarm,
                               .action = last_,
                               .arrived = actions.size(),
                               .joints = joints_,
                               .why = alarm == Alarm::none ? "" : name_of(alarm)};
    message.numbers.resize(static_cast<size_t>(sensors_.observation_size()));
    for (const SensorSpec& sensor : sensors_.sensors)
      if (sensor.is_image()) message.images.emplace_back(static_cast<size_t>(sensor.size()), '\x80');
    if (spoil) spoil(message);
    stamps[message.sequence] = message.stamp;
    say(message);
  }

  RobotConfig config_;
  mutable std::mutex mutex_;  // guards the next one
  std::string not_let_in_;
  GuardedContext context_;
  LinkSocket socket_;
  std::vector<std::string> frames_;
  std::string controller_;
  InterfaceSpec sensors_;
  std::vector<double> joints_;
  uint64_t sequence_ = 0, last_ = 0;
  double due_ = 0;
};

class PolicySideCheck {
 public:
  PolicySideCheck(const RobotConfig& config, const LinkCheckOptions& options)
      : config_(config), robot_(config, options.security), patience_(options.connect_timeout) {}

  std::string greets() {
    if (!robot_.until([&] { return robot_.hellos > 0; }, patience_)) {
      const std::string why = robot_.not_let_in();
      return !robot_.not_understood.empty()
                 ? robot_.not_understood
                 : fmt::format("no policy greets within {:.3g} s{}", patience_, why.empty() ? "" : "; " + why);
    }
    return disagreement(robot_.hello, make_welcome(config_, robot_.hello.interface.sensors));
  }
  std::string waits_for_a_welcome() {
    const uint64_t before = robot_.hellos;
    robot_.live(phase);
    if (robot_.others > 0) return "it sends more than `hello` before the `welcome`";
    if (robot_.hellos == before) return "it does not greet again while no answer comes";
    return "";
  }
  std::string says_heartbeats() {
    robot_.welcome();
    robot_.live(0.1);  // for the message to arrive
    robot_.longest_silence = 0;
    const uint64_t before = robot_.heartbeats;
    robot_.live(phase);
    if (robot_.heartbeats == before) return "no heartbeat comes";
    if (robot_.longest_silence > config_.link_timeout / 2 + slack)
      return fmt::format("it is silent for {:.2g} s; link_timeout is {:.2g} s", robot_.longest_silence,
                         config_.link_timeout);
    return "";
  }
  std::string acts_in_a_session_alone() {
    if (!robot_.until([&] { return robot_.armed > 0; }, patience_)) return "it does not ask to be armed";
    robot_.actions.clear();
    robot_.live(phase / 2);
    return robot_.actions.empty() ? "" : "it sends actions to a robot that is not armed";
  }
  std::string answers_observations() {
    arm();
    robot_.live(phase);
    if (robot_.actions.empty()) return "it sends no actions to a robot that is armed";
    for (size_t i = 0; i < robot_.actions.size(); ++i)
      if (const std::string wrong = fault_of(i); !wrong.empty()) return wrong;
    return "";
  }
  std::string acts_on_no_rubbish() {
    const std::pair<const char*, std::function<void(ObservationMessage&)>> kinds[] = {
        {"whose numbers are NaN",
         [](ObservationMessage& m) { std::ranges::fill(m.numbers, std::numeric_limits<float>::quiet_NaN()); }},
        {"whose numbers are 1e30", [](ObservationMessage& m) { std::ranges::fill(m.numbers, 1e30f); }},
        {"with one number too many", [](ObservationMessage& m) { m.numbers.push_back(0); }},
        {"whose joints are not measured", [](ObservationMessage& m) { m.joints.clear(); }}};
    for (const auto& [what, spoil] : kinds) {
      robot_.spoil = spoil;
      robot_.live(slack);  // messages in flight arrive
      robot_.actions.clear();
      robot_.live(phase / 2);
      robot_.spoil = nullptr;
      if (!robot_.actions.empty()) return fmt::format("it acts on observations {}", what);
      robot_.live(slack);
    }
    return "";
  }
  std::string obeys_a_stop() {
    robot_.mode = Mode::stopped;
    robot_.alarm = Alarm::joint_range;
    robot_.live(slack);
    robot_.actions.clear();
    robot_.armed = 0;
    robot_.live(phase);
    if (!robot_.actions.empty()) return "it sends actions to a robot that has stopped";
    return robot_.armed == 0 ? "" : "it asks a robot that has stopped to be armed";
  }

 private:
  void arm() {
    robot_.actions.clear();
    robot_.ages.clear();
    robot_.mode = Mode::armed;
  }
  std::string fault_of(size_t i) const {
    const RobotAction& action = robot_.actions[i];
    const auto stamp = robot_.stamps.find(action.answers);
    if (action.session != robot_.armed)
      return fmt::format("an action is of session {}, not {}", action.session, robot_.armed);
    if (i == 0 && action.sequence != 1)
      return fmt::format("the first action of a session has the sequence {}, not 1", action.sequence);
    if (i > 0 && action.sequence <= robot_.actions[i - 1].sequence) return "sequences of actions do not grow";
    if (stamp == robot_.stamps.end())
      return fmt::format("an action answers observation {}, which was not sent", action.answers);
    if (stamp->second != action.observed_at)
      return "observed_at is not the stamp of the observation that an action answers";
    if (action.values.size() != config_.actuators.size())
      return fmt::format("an action has {} numbers for {} actuators", action.values.size(), config_.actuators.size());
    for (const double value : action.values)
      if (!std::isfinite(value)) return "an action has a number that is not finite";
    if (robot_.ages[i] > config_.max_age + slack)
      return fmt::format("an action comes {:.2g} s after its observation; max_age is {:.2g} s", robot_.ages[i],
                         config_.max_age);
    return "";
  }

  RobotConfig config_;
  ProbeRobot robot_;
  double patience_;  // s
};

}  // namespace

std::vector<DutyReport> check_policy_side(const RobotConfig& config, const LinkCheckOptions& options) {
  const std::pair<const char*, std::string (PolicySideCheck::*)()> duties[] = {
      {"greets", &PolicySideCheck::greets},
      {"waits for a welcome", &PolicySideCheck::waits_for_a_welcome},
      {"says heartbeats", &PolicySideCheck::says_heartbeats},
      {"acts in a session alone", &PolicySideCheck::acts_in_a_session_alone},
      {"answers observations", &PolicySideCheck::answers_observations},
      {"acts on no rubbish", &PolicySideCheck::acts_on_no_rubbish},
      {"obeys a stop", &PolicySideCheck::obeys_a_stop},
  };
  PolicySideCheck check(config, options);
  std::vector<DutyReport> reports;
  bool goes_on = true;  // each duty starts where the previous one ended
  for (const auto& [name, test] : duties) {
    DutyReport report{.duty = name, .remark = goes_on ? "" : "an earlier duty is broken"};
    if (goes_on) {
      report.remark = (check.*test)();
      goes_on = report.remark.empty();
      report.outcome = goes_on ? DutyReport::Outcome::kept : DutyReport::Outcome::broken;
    }
    if (options.on_report) options.on_report(report);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace sinew

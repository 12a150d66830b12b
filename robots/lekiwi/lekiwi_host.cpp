#include "robots/lekiwi/lekiwi_host.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/clock.h"
#include "core/text.h"
#include "robots/protocol/link_address.h"

namespace sinew {
namespace {

// Of a command, which has 300. A command of more than 64 KiB is refused, as is one of more than this; one of more than
// twice this ends its connection.
constexpr int64_t most_command_bytes = 1 << 22;
constexpr int most_commands_at_once = 100;
constexpr double watchdog = 0.5;           // s, as in the original
constexpr double letting_go = 2;           // s without a command, after which a stop counts as acknowledged
constexpr double longest_host_wait = 0.1;  // s
constexpr double longest_listening = 5;    // s without a command, after which a hint about the wire's version may help
constexpr double least_rate = 30;          // Hz, as in the original

// LeKiwi's clients do not know the file's rate, at which a policy acts. They get observations at least as often as from
// the original: a whole number for each of the policy's, as the ticks allow.
int observations_per_period(const RobotConfig& config) {
  int times = 1;
  while (times < config.ticks() && (config.ticks() % times != 0 || config.rate * times < least_rate)) ++times;
  return times;
}

RobotConfig as_host(RobotConfig config) {
  config.watchdog = std::max(watchdog, config.watchdog);
  config.control_rate = config.rate * config.ticks();
  config.rate *= observations_per_period(config);
  return config;
}

void check_address(const std::string& address, const RobotConfig& config) {
  if (const std::string meant = meant_for_this_computer(address); !meant.empty() && !config.allow_anybody)
    fail("{} is not known to be this computer{}", address, meant);
  if (!is_loopback(address) && !config.allow_anybody)
    fail(
        "{} reaches beyond this computer, and LeKiwi's wire has no keys: anybody in the network may move this robot. "
        "To allow that, set `allow_anybody: true` in the robot's file",
        address);
}

LekiwiWire version_of(const std::string& word) {
  if (word == "old") return LekiwiWire::single;
  if (word.empty() || word == "new") return LekiwiWire::multipart;
  fail("there is no version '{}' of LeKiwi's wire; known: old (up to LeRobot 0.6.0), new", word);
}

LinkSocket::Options options(int queue, bool newest_alone) {
  return {.queue = queue, .most_bytes = most_command_bytes, .newest_alone = newest_alone};
}

std::vector<std::pair<std::string, LekiwiJpeg>> cameras_of(const RobotBody& body) {
  std::vector<std::pair<std::string, LekiwiJpeg>> cameras;
  for (const SensorSpec& sensor : body.sensors())
    if (sensor.is_image()) cameras.emplace_back(sensor.name, LekiwiJpeg(sensor));
  return cameras;
}

}  // namespace

LekiwiHost::LekiwiHost(const RobotConfig& config, RobotBody& body, RobotSideOptions options_given)
    : config_(as_host(config)),
      per_period_(static_cast<uint64_t>(observations_per_period(config))),
      body_(body),
      options_(std::move(options_given)),
      version_(version_of(options_.wire)),
      wire_(read_lekiwi_config(config_)),
      keys_(lekiwi_keys_of(config_, wire_)),
      cameras_(cameras_of(body)),
      control_(config_, body),
      observations_(control_.empty_observation()),
      command_socket_(context_, LinkSocket::Kind::pull, options(1, true)),
      observation_socket_(context_, LinkSocket::Kind::push, options(2, version_ == LekiwiWire::single)),
      positions_(keys_.size()) {
  if (!options_.on_event) options_.on_event = [](const std::string&) {};
  for (const std::string& address : {wire_.commands, wire_.observations}) check_address(address, config_);
  command_address_ = command_socket_.bind(wire_.commands);
  observation_address_ = observation_socket_.bind(wire_.observations);
  for (const std::string& address : {command_address_, observation_address_}) bounds_.emplace_back(address);
  stop_ = std::make_unique<StopServer>(
      config.stop_address, emergency_,
      StopServer::Options{
          .security = options_.security, .on_event = options_.on_event, .real_time = options_.real_time});
  action_.values.resize(keys_.size());
  command_thread_ = std::thread([this] { serve_commands(); });
  observation_thread_ = std::thread([this] { serve_observations(); });
}

LekiwiHost::~LekiwiHost() {
  ending_ = true;
  bell_.ring();
  wake_.notify();
  command_thread_.join();
  observation_thread_.join();
}

void LekiwiHost::fail_with(std::exception_ptr error) {
  if (!failing_.exchange(true)) {
    error_ = error;
    failed_ = true;
  }
  emergency_.press();
}

void LekiwiHost::serve_commands() {
  LinkSocket* sockets[] = {&command_socket_};
  try {
    while (!ending_) {
      wait_for(sockets, bell_, longest_host_wait);
      bell_.answer();
      receive_commands();
      for (ConnectionBound& bound : bounds_)
        if (const std::string done = bound.keep(); !done.empty()) options_.on_event(done);
    }
  } catch (...) {
    fail_with(std::current_exception());
  }
}

void LekiwiHost::receive_commands() {
  std::vector<std::string> frames;
  for (int i = 0; i < most_commands_at_once && command_socket_.receive(frames); ++i) {
    bounds_[0].heard(command_socket_.source());
    if (session_begins_.exchange(false)) {
      refusals_.forget_what_was_said();
      told_base_alone_ = false;
    }
    try {
      command_socket_.check_size();
      const double now = now_seconds();
      commands_.back() = {accept_command(frames, now), now};
      commands_.publish();
      ++counters_.commands;
    } catch (const Error& error) {
      ++counters_.refused;
      if (const std::string said = refusals_.add(shortened(error.what(), 300), now_seconds()); !said.empty())
        options_.on_event("a command is refused: " + said);
    }
  }
}

LekiwiCommand LekiwiHost::accept_command(const std::vector<std::string>& frames, double now) {
  if (frames.size() != 1) fail("it has {} frames", frames.size());
  const LekiwiCommand command = decode_lekiwi_command(frames.front());
  if (!may_drive(command_socket_.source(), now))
    fail(
        "a second client sends commands. Only the first is obeyed, until it is silent for {:.2g} s; stop one of them, "
        "since each also takes a part of the observations from the other",
        config_.watchdog);
  const bool is_base_alone = std::none_of(command.begin(), command.begin() + lekiwi_arm_size,
                                          [](const std::optional<double>& joint) { return joint.has_value(); });
  if (is_base_alone && !std::exchange(told_base_alone_, true))
    options_.on_event(
        "a command names no joint of the arm. Here the arm holds and the base moves; LeRobot's own host fails on such "
        "a command, and a real LeKiwi moves nothing");
  return command;
}

bool LekiwiHost::may_drive(int source, double now) {
  if (source != driver_ && driver_ >= 0 && now - driver_heard_at_ < config_.watchdog) return false;
  driver_ = source;
  driver_heard_at_ = now;
  return true;
}

void LekiwiHost::serve_observations() {
  try {
    while (!ending_) {
      wake_.wait_until(now_seconds() + longest_host_wait);
      if (!observations_.fetch()) continue;
      report(observations_.front());
      send(observations_.front());
    }
  } catch (...) {
    fail_with(std::current_exception());
  }
}

// A client that only sends commands and receives nothing can still drive the robot. A tap gets observations at the
// file's rate, which is that of a policy that learns from them, with the pictures of the wire: the file's `cameras`
// specify how to process these.
void LekiwiHost::send(const RobotObservation& observation) {
  LekiwiObservation out = observation_of(observation);
  const bool is_sent = observation_socket_.send(encode_lekiwi_observation(out));
  ++(is_sent ? counters_.observations : counters_.dropped);
  watch_listener(is_sent, now_seconds());
  if (!options_.on_observation || (!is_sent && observation.session == 0)) return;
  if (observation.sequence % per_period_ != 0) return;
  std::vector<std::string> pictures;
  for (auto& [name, jpeg] : out.cameras) pictures.push_back(std::move(jpeg));
  options_.on_observation({.message = message_of(observation, std::move(pictures), counters_.commands, 0),
                           .wanted = observation.wanted,
                           .told = observation.told});
}

// A client that waits for the other version receives nothing that it can decode, and so never sends a command.
void LekiwiHost::watch_listener(bool is_heard, double now) {
  const uint64_t heard = counters_.commands + counters_.refused;
  if (!is_heard || std::exchange(heard_, heard) != heard) {
    listening_since_ = 0;
    told_listener_ = false;
  } else if (listening_since_ == 0) {
    listening_since_ = now;
  } else if (now - listening_since_ > longest_listening && !std::exchange(told_listener_, true)) {
    options_.on_event(
        fmt::format("a client takes observations, but has sent no command for {} s. LeRobot's clients up to 0.6.0 need "
                    "--wire old, newer ones --wire new; this is {}",
                    longest_listening, version_ == LekiwiWire::single ? "old" : "new"));
  }
}

void LekiwiHost::report(const RobotObservation& observation) {
  const std::string why = observation.alarm ? " (" + text_of(observation.alarm, config_.limits()) + ")" : "";
  if (std::exchange(mode_, observation.mode) != observation.mode) {
    if (observation.mode == Mode::armed) session_begins_ = true;
    options_.on_event(name_of(observation.mode) + (observation.mode == Mode::stopped ? why : ""));
  }
  // Each command requests arming again; one answer is enough until the robot is armed.
  const bool refused = observation.mode == Mode::inactive && observation.arm_refused.count > 0 && observation.alarm;
  if (!std::exchange(told_refusal_, refused || (told_refusal_ && observation.mode == Mode::inactive)) && refused)
    options_.on_event("commands arrive, but are not obeyed" + why);
}

// A number that is not measured is 0.
LekiwiObservation LekiwiHost::observation_of(const RobotObservation& from) {
  LekiwiObservation out{.wire = version_};
  for (size_t i = 0; i < keys_.size(); ++i) {
    const double value = from.joints[keys_[i] < lekiwi_arm_size ? i : keys_.size() + i];
    out.numbers[keys_[i]] = std::isfinite(value) ? value : 0;
  }
  if (cameras_.empty()) return out;
  body_.take_images(from.scene, images_);
  for (size_t i = 0; i < cameras_.size(); ++i)
    out.cameras.emplace_back(cameras_[i].first, i < images_.size() ? cameras_[i].second.encode(images_[i]) : "");
  return out;
}

// Numbers missing from a command keep their last commanded value; before any command, their measured value.
bool LekiwiHost::fill_action(const Heard& heard, double now) {
  if (has_to_let_go_) return false;
  if (control_.mode() == Mode::inactive) {
    control_.handle({RobotRequest::Kind::arm, ++session_}, now);
    action_.session = session_;
    action_.sequence = 0;
    for (size_t i = 0; i < keys_.size(); ++i) action_.values[i] = keys_[i] < lekiwi_arm_size ? positions_[i] : 0;
  }
  for (size_t i = 0; i < keys_.size(); ++i)
    if (heard.command[keys_[i]]) action_.values[i] = *heard.command[keys_[i]];
  ++action_.sequence;
  action_.observed_at = action_.arrived = std::min(heard.received, now);
  return true;
}

// Whether the driving client may resume after a stop.
void LekiwiHost::attend(double now, bool has_command) {
  has_to_let_go_ &= now - heard_at_ <= letting_go;
  if (control_.mode() != Mode::stopped || reason_ == Alarm::emergency) return;
  const bool was_silence = reason_ == Alarm::link_lost && has_command;
  const bool has_let_go = reason_ != Alarm::link_lost && reason_ != Alarm::none && now - heard_at_ > letting_go;
  if (!was_silence && !has_let_go) return;
  control_.handle({RobotRequest::Kind::acknowledge}, now);
  reason_ = Alarm::none;
}

void LekiwiHost::tick(double now) {
  const bool has_command = commands_.fetch();
  attend(now, has_command);
  bool has_action = false;
  if (has_command) {
    heard_at_ = now;
    has_action = fill_action(commands_.front(), now);
  }
  const EmergencySwitch::Orders orders = emergency_.take();
  if (orders.release && control_.in_emergency()) {
    control_.handle({RobotRequest::Kind::release}, now);
    has_to_let_go_ = true;
  }
  control_.tick(now, has_action ? &action_ : nullptr, orders.stop);
  emergency_.done(orders, control_.in_emergency());
  if (control_.observation_is_due()) observe();
}

void LekiwiHost::observe() {
  RobotObservation& out = observations_.back();
  control_.observe(out);
  std::copy_n(out.joints.begin(), positions_.size(), positions_.begin());
  reason_ = out.mode == Mode::stopped ? out.alarm.alarm : Alarm::none;
  observations_.publish();
  wake_.notify();
}

std::vector<SensorSpec> LekiwiHost::sensors() const {
  std::vector<SensorSpec> sensors = body_.sensors();
  for (SensorSpec& sensor : sensors)
    if (sensor.is_image()) sensor = on_lekiwis_wire(sensor);
  return sensors;
}

std::string LekiwiHost::where() const {
  return fmt::format("LeKiwi's wire ({}): commands {}, observations {} at {:.4g} Hz (emergency stop: {})",
                     version_ == LekiwiWire::single ? "old" : "new", command_address_, observation_address_,
                     config_.rate, stop_->address());
}

std::string LekiwiHost::report() const {
  return fmt::format(
      "ticks came late by {}\nobservations sent {}, dropped {}; commands {}, refused {}; by the gate: limited {}\nreal "
      "time: {}\n",
      lateness_.text(), counters_.observations.load(), counters_.dropped.load(), counters_.commands.load(),
      counters_.refused.load(),
      std::accumulate(control_.counters().limited.begin(), control_.counters().limited.end(), uint64_t{0}),
      real_time_report_);
}

void LekiwiHost::run(const std::function<bool()>& go_on) {
  real_time_report_ = options_.real_time ? make_thread_real_time(robot_control_priority).text : "not asked for";
  control_.handle({RobotRequest::Kind::configure}, now_seconds());
  DeadlineLoop loop(config_.tick());
  while (!failed_ && go_on()) {
    lateness_.add(loop.wait());
    tick(now_seconds());
  }
  control_.handle({RobotRequest::Kind::stop}, now_seconds());
  control_.tick(now_seconds(), nullptr, failed_);
  body_.rest();
  if (failed_) std::rethrow_exception(error_);
}

}  // namespace sinew

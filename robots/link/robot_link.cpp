#include "robots/link/robot_link.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/clock.h"
#include "core/text.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

constexpr int64_t most_request_bytes = 1 << 19;  // of a frame: no message of a policy's side is larger
constexpr double longest_robot_wait = 0.05;      // s
constexpr int observations_queued = 2;           // one observation, and a reply
constexpr size_t stamps_in_reserve = 16;         // in addition to those of actions that may be obeyed
constexpr int most_incoming = 20;                // messages of each peer
constexpr double longest_at_once = 0.001;        // s of messages: a flood of messages must not block other due work

LinkSocket::Options options_of(const SecureSocket& secure) {
  return {.queue = observations_queued, .incoming = most_incoming, .most_bytes = most_request_bytes, .secure = secure};
}

}  // namespace

RobotLink::RobotLink(const LinkContext& context, const RobotConfig& config, Welcome welcome, RobotExchange& exchange,
                     Options options)
    : config_(config),
      welcome_(std::move(welcome)),
      exchange_(exchange),
      options_(std::move(options)),
      socket_(context, LinkSocket::Kind::router, options_of(options_.secure)),
      address_(socket_.bind(config.address)),
      bound_(address_),
      limits_(config.limits()),
      rng_(options_.seed),
      stamps_(static_cast<size_t>(std::ceil(config.max_age * config.rate)) + stamps_in_reserve) {}

void RobotLink::step() {
  const double due = std::min(actions_.next_due(), observations_.next_due());
  LinkSocket* sockets[] = {&socket_};
  wait_for(sockets, exchange_.bell, std::clamp(due - now_seconds(), 0.0, longest_robot_wait));
  exchange_.bell.answer();
  const double now = now_seconds();
  receive_messages(now);
  while (auto action = actions_.take(now)) deliver(*action);
  send_observation(now);
  while (auto frames = observations_.take(now))
    if (!controller_.empty()) (send(*frames, controller_) ? counters_.observations : counters_.dropped) += 1;
  check_controller(now);
  watch_connections();
}

// Handles clients that connect and stay silent, or never finish a message.
void RobotLink::watch_connections() {
  if (const std::string done = bound_.keep(connection_); !done.empty()) say(done);
}

void RobotLink::receive_messages(double now) {
  for (const double until = now + longest_at_once; now_seconds() < until && socket_.receive(frames_);) {
    bound_.heard(socket_.source());
    const std::string sender = frames_.front();
    const std::vector<std::string_view> views(frames_.begin() + 1, frames_.end());
    try {
      socket_.check_size();
      Message message = decode(views);
      handle(sender, message, now);
    } catch (const Error& error) {
      ++counters_.malformed;
      const std::string why = shortened(error.what(), 300);
      if (sender == controller_) actions_refused_.add(why, now);  // the intended kind of message is unknown
      say("refused: " + why);
      reply_to(sender, Refused{why});  // for example, an older or newer version
    }
  }
}

void RobotLink::handle(const std::string& sender, Message& message, double now) {
  if (const Hello* hello = std::get_if<Hello>(&message)) return handle_hello(sender, *hello);
  if (sender != controller_) {
    ++counters_.foreign;
    return;
  }
  // A second client under the same name, or the same one after an unnoticed loss, must greet first.
  if (socket_.source() != connection_) {
    ++counters_.foreign;
    return lose_connection(fmt::format("the policy '{}' now sends over another connection", policy_));
  }
  heard_at_ = now;
  handle_request(message, now);
}

void RobotLink::handle_hello(const std::string& sender, const Hello& hello) {
  const std::string policy = shortened(hello.policy);
  if (!controller_.empty() && sender != controller_) {
    ++counters_.foreign;
    return refuse(
        sender, policy,
        fmt::format("the policy '{}' already controls the robot, and only one may at a time; stop that one first",
                    policy_));
  }
  // A controller that greets again has lost its state, and may no longer match.
  if (!controller_.empty() && !is_cut_) disconnect("the policy greeted again, so it has lost its state");
  if (const std::string why = disagreement(hello, welcome_); !why.empty()) {
    let_go();
    return refuse(sender, policy, why);
  }
  if (controller_.empty() || policy_ != policy)
    tell(
        fmt::format("the policy '{}'{} is connected", policy,
                    hello.policy_hash.empty() ? "" : fmt::format(" ({})", shortened(hello.policy_hash.substr(0, 12)))));
  controller_ = sender;
  connection_ = socket_.source();
  is_cut_ = false;
  policy_ = policy;
  policy_hash_ = shortened(hello.policy_hash);
  heard_at_ = now_seconds();
  actions_.clear();
  observations_.clear();
  ask({RobotRequest::Kind::configure});
  reply(welcome_);
}

// A client that keeps trying is not reported each time.
void RobotLink::refuse(const std::string& sender, const std::string& policy, const std::string& why) {
  say(shortened(fmt::format("refused the policy '{}': {}", policy, why), 1000));
  reply_to(sender, Refused{shortened(why, 1000)});
}

void RobotLink::handle_request(Message& message, double now) {
  if (auto* action = std::get_if<RobotAction>(&message)) return take_action(*action, now);
  if (const auto* beat = std::get_if<Heartbeat>(&message)) return reply(HeartbeatReply{beat->sent, now});
  if (const auto* arm = std::get_if<Arm>(&message)) {
    session_ = arm->session;
    delivered_ = 0;
    return ask({RobotRequest::Kind::arm, arm->session});
  }
  if (std::holds_alternative<Acknowledge>(message)) return acknowledge();
  if (const auto* stop = std::get_if<Stop>(&message)) {
    say("stop: " + shortened(stop->why, 200));
    return ask({RobotRequest::Kind::stop});
  }
  ++counters_.malformed;  // messages that only a robot sends
}

// The control thread would ignore it, too.
void RobotLink::acknowledge() {
  if (!in_emergency_) return ask({RobotRequest::Kind::acknowledge});
  reply(Refused{
      "the policy cannot acknowledge an emergency stop: release it at the robot, or with 'sinew stop --release'"});
}

void RobotLink::take_action(RobotAction& message, double now) {
  ++counters_.actions;
  ArrivedAction action{std::move(message), now};
  if (!options_.delays) return deliver(action);
  if (rng_.uniform() < options_.delays->loss) return;
  actions_.put(now + options_.delays->action.sample(rng_), std::move(action));
}

// Why the action's stamp cannot give its age; "": it can. A client that sent a clock of its own there would never be
// too late.
std::string RobotLink::stamp_fault(const ArrivedAction& action) const {
  const Stamp& known = stamps_[action.answers % stamps_.size()];
  if (known.sequence == action.answers && action.answers > 0)
    return known.stamp == action.observed_at ? "" : "observed_at is not the stamp of the observation that they answer";
  return known.sequence > action.answers && action.answers > 0 ? text_of(Refusal::stale, config_.max_age)
                                                               : "they answer an observation that was never sent";
}

void RobotLink::refuse_action(const std::string& why, double now, uint64_t times) {
  const std::string text = actions_refused_.add(why, now, times);
  if (text.empty()) return;
  tell("actions refused: " + text);
  if (!controller_.empty()) reply(Refused{"actions: " + text});
}

// The control thread takes one action at each tick: it must not be one that was overtaken.
void RobotLink::deliver(const ArrivedAction& action) {
  ++counters_.arrived;
  if (action.session == session_) {
    if (action.sequence <= delivered_) {
      ++counters_.overtaken;
      return refuse_action("repeated, or overtaken by a newer one", now_seconds());
    }
    delivered_ = action.sequence;
  }
  if (const std::string why = stamp_fault(action); !why.empty()) {
    ++counters_.misdated;
    return refuse_action(why, now_seconds());
  }
  ArrivedAction& out = exchange_.actions.back();
  out = action;
  out.arrived = now_seconds();
  if (options_.on_action) options_.on_action(out);
  exchange_.actions.publish();
}

void RobotLink::send_observation(double now) {
  if (!exchange_.observations.fetch()) return;
  const auto& [from, images] = exchange_.observations.front();
  report(from);
  if (controller_.empty()) return;
  stamps_[from.sequence % stamps_.size()] = {from.sequence, from.stamp};
  Message message = message_of(from, images, counters_.arrived, counters_.overtaken + counters_.misdated);
  std::get<ObservationMessage>(message).why = from.mode == Mode::stopped ? why_stopped_ : reason_of(from);
  const double delay = options_.delays ? options_.delays->observation.sample(rng_) : 0;
  observations_.put(now + delay, encode(message));
  if (options_.on_observation)
    options_.on_observation(
        {std::move(std::get<ObservationMessage>(message)), from.wanted, from.told, policy_, policy_hash_});
}

// Reports the control thread's results for the requests.
void RobotLink::report(const RobotObservation& observation) {
  welcome_.last_session = observation.last_session;
  report_refusals(observation, now_seconds());
  const bool was_in_emergency = in_emergency_;
  in_emergency_ = observation.mode == Mode::stopped && observation.alarm.alarm == Alarm::emergency;
  if (observation.mode != mode_ || (in_emergency_ && !was_in_emergency)) {
    mode_ = observation.mode;
    const std::string why = why_stopped_ = mode_ == Mode::stopped ? reason_of(observation) : "";
    tell(why.empty() ? name_of(mode_) : fmt::format("{} ({})", name_of(mode_), why));
    // The controller needs no report of a stop that it requested itself; of all others, it has only the alarm's number.
    const bool is_news = mode_ == Mode::stopped && observation.alarm.alarm != Alarm::operator_stop;
    if (is_news && !controller_.empty()) reply(Stop{why});
  }
  const ArmRefusals& refused = observation.arm_refused;
  if (refused.count == arm_refused_) return;
  arm_refused_ = refused.count;
  std::string why = fmt::format("the robot is {}", name_of(refused.mode));
  if (refused.alarm)
    why += ": " + text_of(refused.alarm, limits_);
  else if (refused.mode == Mode::inactive)
    why = "the session's number is not greater than all earlier ones, or is too much greater";
  say("not armed: " + why);
  if (!controller_.empty()) reply(Refused{"the robot cannot be armed: " + why});
}

// The gate's refusals, and the start of their count.
void RobotLink::report_refusals(const RobotObservation& observation, double now) {
  if (observation.session > 0 && std::exchange(session_seen_, observation.session) != observation.session) {
    actions_refused_.forget_what_was_said();
    actions_refused_.begin_counting();
    obeyed_ = 0;
  }
  if (observation.session > 0 && std::exchange(obeyed_, observation.action) != observation.action)
    actions_refused_.begin_counting();
  for (size_t i = 0; i < refusal_count; ++i)
    if (const uint64_t more = observation.gate.refused[i] - std::exchange(refused_[i], observation.gate.refused[i]))
      refuse_action(text_of(static_cast<Refusal>(i), config_.max_age), now, more);
}

// The reason of a stop that only the link can determine.
std::string RobotLink::reason_of(const RobotObservation& observation) const {
  const AlarmReport& alarm = observation.alarm;
  if (!alarm) return "";
  if (alarm.alarm == Alarm::fault) return observation.fault.data();
  if (alarm.alarm == Alarm::sensor)
    return reading_text(welcome_.interface.sensors, alarm.actuator, alarm.measured, alarm.limit);
  if (alarm.alarm != Alarm::link_lost) return text_of(alarm, limits_);
  if (alarm.limit == 0) return why_disconnected_;
  if (const uint64_t count = actions_refused_.count())
    return fmt::format("no action could be obeyed for {:.3g} s, limit {:.3g}; {} came, all refused: {}", alarm.measured,
                       alarm.limit, count, actions_refused_.commonest());
  const bool is_heard = now_seconds() - heard_at_ < alarm.limit;
  return text_of(alarm, limits_) + (is_heard ? "" : "; nothing else is heard from the policy either");
}

void RobotLink::disconnect(const std::string& why) {
  why_disconnected_ = why;
  ask({RobotRequest::Kind::disconnect});
}

void RobotLink::check_controller(double now) {
  heard_at_ = std::min(heard_at_, now);  // the clock may have gone back
  if (controller_.empty() || now - heard_at_ <= config_.link_timeout) return;
  tell(fmt::format("the policy '{}' is gone: nothing was heard from it for {:.2g} s", policy_, now - heard_at_));
  let_go();
  disconnect("nothing is heard from the policy");
}

// It keeps its place for as long as it may be silent, so that no other client takes it during a reconnect.
void RobotLink::lose_connection(const std::string& why) {
  if (std::exchange(is_cut_, true)) return;
  say(why);
  disconnect(why);
}

void RobotLink::let_go() {
  controller_.clear();
  connection_ = -1;
}

// More requests than the control thread takes: the controller is released at once, and has to greet again.
void RobotLink::ask(RobotRequest request) {
  if (exchange_.requests.push(request)) return;
  why_disconnected_ =
      fmt::format("the policy '{}' sends more requests (arm, acknowledge, stop) than the robot can take", policy_);
  say(why_disconnected_);
  exchange_.overwhelmed = true;
  let_go();
}

void RobotLink::reply(const Message& message) { reply_to(controller_, message); }

void RobotLink::reply_to(const std::string& receiver, const Message& message) {
  if (!send(encode(message), receiver)) ++counters_.dropped;
}

bool RobotLink::send(const std::vector<std::string>& frames, const std::string& receiver) {
  if (receiver.empty()) return false;  // it was released meanwhile
  if (socket_.send(frames, receiver)) return true;
  if (receiver == controller_ && socket_.receiver_is_gone())
    lose_connection(
        fmt::format("the connection to the policy '{}' was cut: its side ended, the network failed, or it sent a frame "
                    "of more than {} MiB",
                    policy_, 2 * most_request_bytes >> 20));
  return false;
}

void RobotLink::tell(const std::string& event) const {
  if (options_.on_event) options_.on_event(event);
}

// Reports events that a peer may cause as often as it likes, through said_.
void RobotLink::say(const std::string& event) {
  if (const std::string text = said_.add(event, now_seconds()); !text.empty()) tell(text);
}

}  // namespace sinew

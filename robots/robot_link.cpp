#include "robots/robot_link.h"

#include <algorithm>

#include "core/clock.h"
#include "core/text.h"
#include "robots/handshake.h"

namespace sinew {
namespace {

constexpr int64_t most_incoming_bytes = 1 << 19;  // of a frame: nothing that a policy's side says is larger
constexpr double longest_wait = 0.05;             // s
constexpr double refusal_interval = 1;            // s
constexpr int observations_queued = 2;            // one, and a reply
constexpr int most_incoming = 20;                 // messages of each peer
constexpr double longest_at_once = 0.001;  // s of messages: who floods the link must not keep it from what else is due

LinkSocket::Options options_of(const SecureSocket& secure) {
  return {.queue = observations_queued, .incoming = most_incoming, .most_bytes = most_incoming_bytes, .secure = secure};
}

}  // namespace

RobotLink::RobotLink(const LinkContext& context, const RobotConfig& config, Welcome welcome, RobotExchange& exchange,
                     Options options)
    : config_(config),
      welcome_(std::move(welcome)),
      exchange_(exchange),
      options_(std::move(options)),
      socket_(context, LinkSocket::Kind::router, options_of(options_.secure)),
      stop_socket_(context, LinkSocket::Kind::reply, options_of(options_.secure)),
      address_(socket_.bind(config.address)),
      stop_address_(stop_socket_.bind(config.stop_address)),
      limits_(config.limits()),
      rng_(options_.seed) {}

void RobotLink::step() {
  const double due = std::min(actions_.next_due(), observations_.next_due());
  LinkSocket* sockets[] = {&socket_, &stop_socket_};
  wait_for(sockets, exchange_.bell, std::clamp(due - now_seconds(), 0.0, stopping_ ? 0.001 : longest_wait));
  exchange_.bell.answer();
  serve_stop();
  const double now = now_seconds();
  receive_messages(now);
  while (auto action = actions_.take(now)) deliver(*action);
  send_observation(now);
  while (auto frames = observations_.take(now))
    if (!controller_.empty()) (socket_.send(*frames, controller_) ? counters_.observations : counters_.dropped) += 1;
  check_controller(now);
}

void RobotLink::receive_messages(double now) {
  for (const double until = now + longest_at_once; now_seconds() < until && socket_.receive(frames_);) {
    const std::string sender = frames_.front();
    const std::vector<std::string_view> views(frames_.begin() + 1, frames_.end());
    try {
      Message message = decode(views);
      handle(sender, message, now);
    } catch (const Error& error) {
      if (++counters_.malformed == 1) tell(fmt::format("refused: {}", shortened(error.what(), 300)));
      // Such as an older or newer version.
      reply_to(sender, Refused{shortened(error.what(), 300)});
    }
  }
}

// Whoever may speak to this socket may stop the robot, and needs no handshake. The answer comes once the actuators have
// been told; until then the socket takes nothing else.
void RobotLink::serve_stop() {
  if (stopping_) {
    if (exchange_.emergencies_obeyed == obeyed_before_) return;
    stop_socket_.send(encode(Stop{*stopping_}));
    stopping_.reset();
  }
  if (!stop_socket_.receive(frames_)) return;
  obeyed_before_ = exchange_.emergencies_obeyed;
  exchange_.emergency = true;
  stopping_ = "no reason given";
  try {
    const std::vector<std::string_view> views(frames_.begin(), frames_.end());
    const Message message = decode(views);
    if (const Stop* stop = std::get_if<Stop>(&message)) stopping_ = shortened(stop->why, 200);
  } catch (const Error&) {  // it wanted to stop it, however badly it said so
  }
  tell("emergency stop: " + *stopping_);
}

void RobotLink::handle(const std::string& sender, Message& message, double now) {
  if (const Hello* hello = std::get_if<Hello>(&message)) return handle_hello(sender, *hello);
  if (sender != controller_) {
    ++counters_.foreign;
    return;
  }
  heard_at_ = now;
  handle_request(message, now);
}

void RobotLink::handle_hello(const std::string& sender, const Hello& hello) {
  const std::string policy = shortened(hello.policy);
  if (!controller_.empty() && sender != controller_) {
    ++counters_.foreign;
    return refuse(sender, policy, fmt::format("the robot is controlled by the policy '{}', and one at a time may; stop that "
                                              "one first", policy_));
  }
  // Who greets anew has forgotten what was before, and may not fit any more.
  if (!controller_.empty()) ask({RobotRequest::Kind::disconnect});
  if (const std::string why = disagreement(hello, welcome_); !why.empty()) {
    controller_.clear();
    return refuse(sender, policy, why);
  }
  if (controller_.empty() || policy_ != policy)
    tell(fmt::format("the policy '{}' ({}) is connected", policy, shortened(hello.policy_hash.substr(0, 12))));
  controller_ = sender;
  policy_ = policy;
  policy_hash_ = shortened(hello.policy_hash);
  heard_at_ = now_seconds();
  actions_.clear();
  observations_.clear();
  ask({RobotRequest::Kind::configure});
  reply(welcome_);
}

// Whoever does not give up is not told of each time.
void RobotLink::refuse(const std::string& sender, const std::string& policy, const std::string& why) {
  if (const double now = now_seconds(); now > refused_at_ + refusal_interval) {
    refused_at_ = now;
    tell(shortened(fmt::format("refused the policy '{}': {}", policy, why), 1000));
  }
  reply_to(sender, Refused{shortened(why, 1000)});
}

void RobotLink::handle_request(Message& message, double now) {
  if (auto* action = std::get_if<ActionMessage>(&message)) return take_action(*action, now);
  if (const auto* beat = std::get_if<Heartbeat>(&message)) return reply(HeartbeatReply{beat->sent, now});
  if (const auto* arm = std::get_if<Arm>(&message)) {
    session_ = arm->session;
    delivered_ = 0;
    return ask({RobotRequest::Kind::arm, arm->session});
  }
  if (std::holds_alternative<Acknowledge>(message)) return ask({RobotRequest::Kind::acknowledge});
  if (const auto* stop = std::get_if<Stop>(&message)) {
    tell("stop: " + shortened(stop->why, 200));
    return ask({RobotRequest::Kind::stop});
  }
  ++counters_.malformed;  // what only a robot says
}

void RobotLink::take_action(ActionMessage& message, double now) {
  ++counters_.actions;
  ArrivedAction action{message.session, message.sequence, message.observed_at, now, std::move(message.values)};
  if (!options_.delays) return deliver(action);
  if (rng_.uniform() < options_.delays->loss) return;
  actions_.put(now + options_.delays->action.sample(rng_), std::move(action));
}

// The control thread takes one action at each tick: what was overtaken must not be that one.
void RobotLink::deliver(const ArrivedAction& action) {
  ++counters_.arrived;
  if (action.session == session_) {
    if (action.sequence <= delivered_) {
      ++counters_.overtaken;
      return;
    }
    delivered_ = action.sequence;
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
  Message message = message_of(from, images, counters_.arrived, counters_.overtaken);
  const double delay = options_.delays ? options_.delays->observation.sample(rng_) : 0;
  observations_.put(now + delay, encode(message));
  if (options_.on_observation)
    options_.on_observation(
        {std::move(std::get<ObservationMessage>(message)), from.wanted, from.told, policy_, policy_hash_});
}

// What the control thread did with what was asked of it.
void RobotLink::report(const RobotObservation& observation) {
  welcome_.last_session = observation.last_session;
  if (observation.mode != mode_) {
    mode_ = observation.mode;
    std::string why = mode_ == Mode::stopped ? text_of(observation.alarm, limits_) : "";
    if (mode_ == Mode::stopped && observation.alarm.alarm == Alarm::fault) why = observation.fault.data();
    tell(why.empty() ? name_of(mode_) : fmt::format("{} ({})", name_of(mode_), why));
    // What the controller asked for itself is no news to it; of all else, the number of the alarm is all that it has.
    const bool is_news = mode_ == Mode::stopped && observation.alarm.alarm != Alarm::operator_stop;
    if (is_news && !controller_.empty()) reply(Stop{why});
  }
  const ArmRefusals& refused = observation.arm_refused;
  if (refused.count == arm_refused_) return;
  arm_refused_ = refused.count;
  std::string why = fmt::format("the robot is {}", name_of(refused.mode));
  if (refused.alarm) why += ": " + text_of(refused.alarm, limits_);
  else if (refused.mode == Mode::inactive) why = "the session's number is not greater than all before, or by too much";
  tell("not armed: " + why);
  if (!controller_.empty()) reply(Refused{"the robot cannot be armed: " + why});
}

void RobotLink::check_controller(double now) {
  if (controller_.empty() || now - heard_at_ <= config_.link_timeout) return;
  tell(fmt::format("the policy '{}' is gone: nothing was heard of it for {:.2g} s", policy_, now - heard_at_));
  controller_.clear();
  ask({RobotRequest::Kind::disconnect});
}

// A control thread that does not take what it is asked is told to stop by the shortest way.
void RobotLink::ask(RobotRequest request) {
  if (!exchange_.requests.push(request)) exchange_.emergency = true;
}

void RobotLink::reply(const Message& message) { reply_to(controller_, message); }

void RobotLink::reply_to(const std::string& receiver, const Message& message) {
  if (!socket_.send(encode(message), receiver)) ++counters_.dropped;
}

void RobotLink::tell(const std::string& event) const {
  if (options_.on_event) options_.on_event(event);
}

}  // namespace sinew

#include "robots/link/policy_link.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/clock.h"
#include "core/random.h"
#include "core/text.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

constexpr int64_t most_observation_bytes = 1 << 24;  // of a frame: a raw image of 2300 x 2300 pixels
constexpr double longest_policy_wait = 0.02, greeting_interval = 0.2, heartbeat_interval = 0.1,
                 renewal_interval = 0.5;  // s
constexpr int most_messages_at_once = 100;
constexpr double longest_spin = 60e-6;  // s

// Identifies this process to the robot after a reconnect.
std::string random_id() {
  Rng rng(static_cast<uint64_t>(now_seconds() * 1e9) ^ reinterpret_cast<uintptr_t>(&rng));
  std::string id = "P";  // a routing id must not begin with a zero
  for (int i = 0; i < 15; ++i) id += static_cast<char>(rng.below(256));
  return id;
}

// Observations are processed for the sensors that the robot had at first.
void check_that_it_is_the_same(const Welcome& before, const Welcome& now) {
  const auto layout = [](const std::vector<SensorSpec>& sensors, size_t i) {
    if (i >= sensors.size()) return std::string("not there");
    const SensorSpec& sensor = sensors[i];
    return fmt::format("'{}' [{}]{}", sensor.name, fmt::join(sensor.shape, ", "),
                       sensor.is_image() ? fmt::format(" ({})", sensor.format) : "");
  };
  const std::vector<SensorSpec>&was = before.interface.sensors, &is = now.interface.sensors;
  for (size_t i = 0; i < std::max(was.size(), is.size()); ++i)
    if (layout(was, i) != layout(is, i))
      fail("the robot '{}' has changed meanwhile: its sensor {} was {}, it is {} now; restart the policy's side",
           now.robot, i + 1, layout(was, i), layout(is, i));
}

template <class... Works>
struct Overloaded : Works... {
  using Works::operator()...;
};

}  // namespace

PolicyLink::PolicyLink(const LinkContext& context, const Controller& policy, const RobotConfig& config,
                       PolicyExchange& exchange, Options options)
    : policy_(policy),
      config_(config),
      exchange_(exchange),
      options_(std::move(options)),
      socket_(context, LinkSocket::Kind::dealer,
              {.queue = 1, .most_bytes = most_observation_bytes, .secure = options_.secure, .routing_id = random_id()}),
      hello_(make_hello(options_.policy_name, policy, config)) {
  socket_.connect(config.address);
}

// As soon as there is a connection, and again if no answer arrives.
void PolicyLink::greet() {
  if (now_seconds() - greeted_at_ <= greeting_interval) return;
  if (socket_.send(encode(hello_))) greeted_at_ = now_seconds();
}

bool PolicyLink::receive(Message& message) {
  while (socket_.receive(frames_)) {
    try {
      socket_.check_size();
      const std::vector<std::string_view> views(frames_.begin(), frames_.end());
      message = decode(views);
      return true;
    } catch (const Error& error) {
      ++counters_.unusable;
      not_understood_ = shortened(error.what(), 300);
      say("not understood: " + not_understood_);
    }
  }
  return false;
}

void PolicyLink::shake_hands(double seconds) {
  double deadline = now_seconds() + seconds, misheard_at = 0;  // s
  bool was_refused = false;
  LinkSocket* sockets[] = {&socket_};
  Message message;
  while (now_seconds() < deadline) {
    greet();
    wait_for(sockets, exchange_.bell, longest_policy_wait);
    if (misheard_at > 0 && now_seconds() - misheard_at > config_.link_timeout) break;
    while (receive(message)) {
      if (const auto* refused = std::get_if<Refused>(&message)) {
        if (was_refused && now_seconds() > greeted_at_)
          fail("the robot at {} refuses: {}", config_.address, refused->why);
        // A policy that has just ended counts as the controller until link_timeout has passed: greet once more then.
        was_refused = true;
        greeted_at_ = now_seconds() + config_.link_timeout;
        deadline = std::max(deadline, greeted_at_ + 1);
        continue;
      }
      const auto* welcome = std::get_if<Welcome>(&message);
      if (!welcome) continue;
      check_welcome(*welcome, policy_, config_);
      input_ = std::make_unique<PolicyInput>(policy_, config_, welcome->interface);
      welcome_ = *welcome;
      heard_at_ = now_seconds();
      disconnections_ = socket_.disconnections();
      robot_.last_session = welcome->last_session;
      robot_.connected = true;
      return;
    }
    if (misheard_at == 0 && !not_understood_.empty()) misheard_at = now_seconds();
  }
  if (!not_understood_.empty()) fail("the answer from {} is not understood: {}", config_.address, not_understood_);
  throw Error(fmt::format("no robot answers at {} within {:.3g} s; is its side running there{}?", config_.address,
                          seconds, !options_.secure ? "" : ", and does its allow-list have the policy's public key"),
              Error::Fault::system);
}

void PolicyLink::step() {
  LinkSocket* sockets[] = {&socket_};
  wait_for(sockets, exchange_.bell, longest_policy_wait, has_decision_ ? &socket_ : nullptr);
  exchange_.bell.answer();
  notice_loss(now_seconds());
  fetch_decision();
  send_decision();
  Message message;
  for (int i = 0; i < most_messages_at_once && receive(message); ++i) handle(message, now_seconds());
  send_requests();
  keep_alive(now_seconds());
}

void PolicyLink::handle(Message& message, double now) {
  heard_at_ = now;
  std::visit(Overloaded{
                 [&](ObservationMessage& observation) { take_observation(observation, now); },
                 [&](const HeartbeatReply& reply) {
                   clock_.add(reply.sent, reply.received, now);
                   round_trip_ = now - reply.sent;
                   latencies_.round_trip.add(*round_trip_);
                 },
                 [&](const Welcome& welcome) {
                   check_welcome(welcome, policy_, config_);
                   check_that_it_is_the_same(welcome_, welcome);
                   robot_.last_session = welcome.last_session;
                   last_sequence_ = 0;  // a restarted robot counts from 1 again
                   if (!robot_.connected.exchange(true)) tell("the robot is connected again");
                 },
                 [&](const Refused& refused) { say("the robot refuses: " + shortened(refused.why, 300)); },
                 [&](const Stop& stop) { say("the robot's side: " + shortened(stop.why, 300)); },
                 [&](const auto&) { ++counters_.unusable; },  // messages that only a policy's side sends
             },
             message);
}

ObservationTimes PolicyLink::watch_arrival(const ObservationMessage& message, double now) {
  // If the sequence leaps, count no more than may have been sent meanwhile.
  if (last_sequence_ > 0 && message.sequence > last_sequence_ + 1)
    counters_.lost += std::min(message.sequence - last_sequence_ - 1,
                               static_cast<uint64_t>(2 * (now - last_observation_) * config_.rate) + 1);
  last_sequence_ = message.sequence;
  ++counters_.observations;
  counters_.late += last_observation_ > 0 && now - last_observation_ > 1.5 / config_.rate;
  last_observation_ = now;
  robot_.alarm = message.alarm;  // before the mode: a reader that sees the stop then reads the reason
  robot_.session = message.session;
  robot_.refused = message.refused;
  robot_.limited = message.limited;
  note_why(message);
  robot_.mode = message.mode;
  ObservationTimes times{.received = now, .round_trip = std::exchange(round_trip_, std::nullopt)};
  if (clock_.is_known()) {
    times.delay = std::max(0.0, now + clock_.seconds() - message.stamp);
    latencies_.observation.add(*times.delay);
  }
  times.has_new_action_age = message.session > 0 && message.action > 0 && message.action != last_action_;
  if (times.has_new_action_age) latencies_.action_age.add(message.action_age);
  last_action_ = message.action;
  return times;
}

void PolicyLink::take_observation(ObservationMessage& message, double now) {
  // If there was no newer one for this long, the number that they are compared with is wrong.
  if (message.sequence <= last_sequence_ && now - last_observation_ <= config_.link_timeout) {
    ++counters_.unusable;  // repeated, or overtaken
    return;
  }
  ObservationTimes times = watch_arrival(message, now);
  if (!robot_.connected) return;  // it may be another robot: it must first identify itself
  if (!is_of_own_session(message)) {
    ++counters_.unusable;
    return;
  }
  const bool is_of_use = input_->accept(message, now, exchange_.observations.back());
  if (!message.images.empty()) {
    times.decode = now_seconds() - now;
    latencies_.images.add(*times.decode);
    count_pictures();
  }
  if (is_of_use) {
    exchange_.observations.publish();
    exchange_.wake.notify();
    if (message.session > 0 && !options_.shadow) await_decision();
  } else {
    ++counters_.unusable;
    note_problem("an observation cannot be used", input_->problem(), now);
  }
  if (options_.on_observation) options_.on_observation(std::move(message), times);
}

void PolicyLink::count_pictures() {
  uint64_t same = 0, flat = 0;
  for (const CameraInput& camera : input_->cameras()) {
    same += camera.watch().same();
    flat += camera.watch().flat();
  }
  counters_.same_pictures = same;
  counters_.flat_pictures = flat;
}

void PolicyLink::fetch_decision() {
  if (!exchange_.decisions.fetch()) return;
  const PolicyDecision& decision = exchange_.decisions.front();
  counters_.dropped += std::exchange(has_decision_, false);  // the newest counts
  if (decision.refusal != Refusal::none)
    return note_problem("an action is not sent", text_of(decision.refusal, config_.max_age), now_seconds());
  thinking_ += 0.1 * (decision.decided - decision.received - thinking_);
  has_decision_ = !options_.shadow && decision.session > 0;
}

// Most policies answer sooner than this thread could be woken. It does not yield meanwhile: on a busy computer it would
// be scheduled again only milliseconds later.
void PolicyLink::await_decision() {
  if (thinking_ > longest_spin) return;
  const double until = now_seconds() + longest_spin;
  while (!has_decision_ && now_seconds() < until) fetch_decision();
  send_decision();
}

// A decision that cannot be sent yet, because a heartbeat is being sent, goes out when there is room.
void PolicyLink::send_decision() {
  if (!has_decision_) return;
  const PolicyDecision& decision = exchange_.decisions.front();
  if (!robot_.connected) {
    has_decision_ = false;
    ++counters_.dropped;
    return;
  }
  if (!socket_.send(encode(static_cast<const RobotAction&>(decision)))) return;
  has_decision_ = false;
  problems_.begin_counting();
  ++counters_.actions;
  latencies_.decision.add(now_seconds() - decision.received);
}

// Two controllers move a robot as neither intends: an observation of another controller's session is not acted on. A
// single one may have been corrupted in transit; after several, the robot is told to stop, and this side ends once that
// has been sent.
bool PolicyLink::is_of_own_session(const ObservationMessage& message) {
  const bool is_own = message.session >= first_asked_ && message.session <= last_asked_;
  if (is_own) first_asked_ = message.session;
  if (is_own || message.session == 0) {
    n_of_others_ = 0;
    return true;
  }
  if (++n_of_others_ < 3 || !socket_.send(encode(Stop{"two controllers drive it"}))) return false;
  throw Error(fmt::format("the robot at {} is armed in session {}, which this side did not begin: another controller "
                          "drives it, too. The robot was told to stop; find the other controller",
                          config_.address, message.session),
              Error::Fault::system);
}

// A request that cannot be sent now is retried, since an action may be in flight. But requests to an absent robot are
// dropped: it must not move unexpectedly when it comes back. A stop is sent if possible.
void PolicyLink::send_requests() {
  while (const Message* request = exchange_.requests.front()) {
    const bool may_go = robot_.connected || std::holds_alternative<Stop>(*request);
    if (!may_go || !socket_.send(encode(*request))) {
      if (robot_.connected) return;
      tell("the robot is not connected: the request is dropped");
    } else if (const auto* arm = std::get_if<Arm>(request)) {
      if (last_asked_ == 0) first_asked_ = arm->session;
      last_asked_ = arm->session;
    }
    exchange_.requests.pop();
  }
}

// Before anything is sent: the robot may have restarted.
void PolicyLink::notice_loss(double now) {
  const bool was_cut = socket_.disconnections() != disconnections_;
  const bool is_silent = now - heard_at_ > config_.link_timeout;
  if (!was_cut && !is_silent) return;
  disconnections_ = socket_.disconnections();
  if (robot_.connected.exchange(false)) {
    ++counters_.reconnections;
    tell(was_cut ? fmt::format("the connection to the robot was cut: its side ended, the network failed, or it sent a "
                               "frame of more than {} MiB",
                               2 * most_observation_bytes >> 20)
                 : fmt::format("nothing was heard from the robot for {:.2g} s", now - heard_at_));
  }
}

void PolicyLink::keep_alive(double now) {
  if (!robot_.connected) {
    // A dead connection may look alive for long, and libzmq may have given it up for good.
    if (now - std::max(heard_at_, reconnected_at_) > std::max(renewal_interval, config_.link_timeout)) {
      socket_.reconnect();
      reconnected_at_ = now;
    }
    return greet();
  }
  if (now - beat_at_ < heartbeat_interval) return;
  beat_at_ = now;
  socket_.send(encode(Heartbeat{now}));
}

std::string PolicyLink::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

void PolicyLink::note_problem(const std::string& what, const std::string& why, double now) {
  if (const std::string text = problems_.add(why, now); !text.empty()) tell(what + ": " + text);
}

// A robot that receives nothing from us cannot report why; this side can.
void PolicyLink::note_why(const ObservationMessage& message) {
  if (message.session != std::exchange(session_seen_, message.session) && message.session > 0) {
    problems_.forget_what_was_said();
    problems_.begin_counting();
  }
  const bool is_new = message.mode == Mode::stopped && robot_.mode != Mode::stopped;
  if (message.mode == Mode::stopped && !is_new) return;
  std::string text = message.alarm == Alarm::none ? ""
                     : message.why.empty()        ? name_of(message.alarm)
                                                  : shortened(message.why, 300);
  if (is_new && message.alarm == Alarm::link_lost && problems_.count() > 0)
    text += fmt::format("; here {} observations in a row could not be acted on: {}", problems_.count(),
                        problems_.commonest());
  const std::lock_guard lock(mutex_);
  why_ = text;
}

void PolicyLink::tell(const std::string& event) const {
  if (options_.on_event) options_.on_event(event);
}

// Reports events that a peer may cause as often as it likes, through said_.
void PolicyLink::say(const std::string& event) {
  if (const std::string text = said_.add(event, now_seconds()); !text.empty()) tell(text);
}

}  // namespace sinew

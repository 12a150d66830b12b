#include "robots/policy_link.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/clock.h"
#include "core/random.h"
#include "core/text.h"
#include "robots/handshake.h"

namespace sinew {
namespace {

constexpr int64_t most_incoming_bytes = 1 << 24;  // of a frame: a raw image of 2300 x 2300 pixels
constexpr double longest_wait = 0.02, greeting_interval = 0.2, heartbeat_interval = 0.1,
                 reconnect_interval = 0.5;  // s
constexpr int most_messages_at_once = 100;
constexpr double longest_spin = 60e-6;  // s

// By which the robot knows this process again when its connection was cut.
std::string random_id() {
  Rng rng(static_cast<uint64_t>(now_seconds() * 1e9) ^ reinterpret_cast<uintptr_t>(&rng));
  std::string id = "P";  // a routing id must not begin with a zero
  for (int i = 0; i < 15; ++i) id += static_cast<char>(rng.below(256));
  return id;
}

// What comes from its sensors goes a way that was made for those it had at first.
void check_that_it_is_the_same(const Welcome& before, const Welcome& now) {
  const auto layout = [](const std::vector<SensorSpec>& sensors, size_t i) {
    if (i >= sensors.size()) return std::string("not there");
    const SensorSpec& sensor = sensors[i];
    return fmt::format("'{}' [{}]{}", sensor.name, fmt::join(sensor.shape, ", "),
                       sensor.is_image() ? fmt::format(" ({})", sensor.format) : "");
  };
  const std::vector<SensorSpec> &was = before.interface.sensors, &is = now.interface.sensors;
  for (size_t i = 0; i < std::max(was.size(), is.size()); ++i)
    if (layout(was, i) != layout(is, i))
      fail("the robot '{}' has changed meanwhile: its sensor {} was {}, it is {} now; start the policy's side again",
           now.robot, i + 1, layout(was, i), layout(is, i));
}

template <class... Works>
struct Overloaded : Works... {
  using Works::operator()...;
};

}  // namespace

PolicyLink::PolicyLink(const LinkContext& context, const Policy& policy, const RobotConfig& config,
                       PolicyExchange& exchange, Options options)
    : policy_(policy),
      config_(config),
      exchange_(exchange),
      options_(std::move(options)),
      socket_(context, LinkSocket::Kind::dealer,
              {.queue = 1, .most_bytes = most_incoming_bytes, .secure = options_.secure, .routing_id = random_id()}),
      hello_(make_hello(options_.policy_name, policy, config)) {
  socket_.connect(config.address);
}

// As soon as there is a connection, and again where no answer comes.
void PolicyLink::greet() {
  if (now_seconds() - greeted_at_ <= greeting_interval) return;
  if (socket_.send(encode(hello_))) greeted_at_ = now_seconds();
}

bool PolicyLink::receive(Message& message) {
  while (socket_.receive(frames_)) {
    try {
      const std::vector<std::string_view> views(frames_.begin(), frames_.end());
      message = decode(views);
      return true;
    } catch (const Error& error) {
      if (++counters_.unusable == 1) tell(fmt::format("not understood: {}", shortened(error.what(), 300)));
    }
  }
  return false;
}

void PolicyLink::shake_hands(double seconds) {
  double deadline = now_seconds() + seconds;
  bool was_refused = false;
  LinkSocket* sockets[] = {&socket_};
  Message message;
  while (now_seconds() < deadline) {
    greet();
    wait_for(sockets, exchange_.bell, longest_wait);
    while (receive(message)) {
      if (const auto* refused = std::get_if<Refused>(&message)) {
        if (was_refused && now_seconds() > greeted_at_)
          fail("the robot at {} refuses: {}", config_.address, refused->why);
        // A policy that ended a moment ago counts as its controller until link_timeout has passed: once more then.
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
  }
  throw Error(fmt::format("no robot answers at {} within {:.3g} s; is its side running there{}?", config_.address,
                          seconds, !options_.secure ? "" : ", and does its allow-list have the policy's public key"),
              Error::Fault::system);
}

void PolicyLink::step() {
  LinkSocket* sockets[] = {&socket_};
  wait_for(sockets, exchange_.bell, longest_wait, has_decision_ ? &socket_ : nullptr);
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
                   last_sequence_ = 0;  // one that began again counts anew
                   if (!robot_.connected.exchange(true)) tell("the robot is connected again");
                 },
                 [&](const Refused& refused) { tell("the robot refuses: " + shortened(refused.why, 300)); },
                 [&](const Stop& stop) { tell("the robot's side: " + shortened(stop.why, 300)); },
                 [&](const auto&) { ++counters_.unusable; },  // what only a policy's side says
             },
             message);
}

ObservationTimes PolicyLink::watch_arrival(const ObservationMessage& message, double now) {
  if (last_sequence_ > 0 && message.sequence > last_sequence_ + 1) counters_.lost += message.sequence - last_sequence_ - 1;
  last_sequence_ = message.sequence;
  ++counters_.observations;
  counters_.late += last_observation_ > 0 && now - last_observation_ > 1.5 / config_.rate;
  last_observation_ = now;
  robot_.alarm = message.alarm;  // before the mode: who sees that it stopped asks why
  robot_.session = message.session;
  robot_.refused = message.refused;
  robot_.limited = message.limited;
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
  // Where none was new for so long, the number that they are compared with is the one that is wrong.
  if (message.sequence <= last_sequence_ && now - last_observation_ <= config_.link_timeout) {
    ++counters_.unusable;  // repeated, or overtaken
    return;
  }
  ObservationTimes times = watch_arrival(message, now);
  if (!robot_.connected) return;  // it may be another robot: first it has to say what it is
  const bool is_of_use = input_->accept(message, now, exchange_.observations.back());
  if (!message.images.empty()) {
    times.decode = now_seconds() - now;
    latencies_.images.add(*times.decode);
  }
  if (is_of_use) {
    exchange_.observations.publish();
    exchange_.wake.notify();
    if (message.session > 0 && !options_.shadow) await_decision();
  } else if (++counters_.unusable == 1) {
    tell("an observation is of no use: " + input_->problem());
  }
  if (options_.on_observation) options_.on_observation(std::move(message), times);
}

void PolicyLink::fetch_decision() {
  if (!exchange_.decisions.fetch()) return;
  const PolicyDecision& decision = exchange_.decisions.front();
  thinking_ += 0.1 * (decision.decided - decision.received - thinking_);
  counters_.dropped += has_decision_;  // the newest counts
  has_decision_ = !options_.shadow && decision.session > 0;
}

// Most policies answer sooner than this thread could be woken. It does not yield meanwhile: on a busy computer it would
// get its turn only milliseconds later.
void PolicyLink::await_decision() {
  if (thinking_ > longest_spin) return;
  const double until = now_seconds() + longest_spin;
  while (!has_decision_ && now_seconds() < until) fetch_decision();
  send_decision();
}

// One that cannot go yet, for a heartbeat is on its way, goes when there is room.
void PolicyLink::send_decision() {
  if (!has_decision_) return;
  const PolicyDecision& decision = exchange_.decisions.front();
  if (!robot_.connected) {
    has_decision_ = false;
    ++counters_.dropped;
    return;
  }
  if (!socket_.send(encode(ActionMessage{decision.session, decision.sequence, decision.answers, decision.observed_at,
                                         decision.command})))
    return;
  has_decision_ = false;
  ++counters_.actions;
  latencies_.decision.add(now_seconds() - decision.received);
}

// One that cannot go now is tried again: an action may be on its way. But what is asked of a robot that is not there is
// forgotten: nobody expects it to move when it comes back. A stop goes if it can.
void PolicyLink::send_requests() {
  while (const Message* request = exchange_.requests.front()) {
    const bool may_go = robot_.connected || std::holds_alternative<Stop>(*request);
    if (!may_go || !socket_.send(encode(*request))) {
      if (robot_.connected) return;
      tell("the robot is not connected: what was asked of it is forgotten");
    }
    exchange_.requests.pop();
  }
}

// Before anything goes out: it might be to a robot that has begun anew.
void PolicyLink::notice_loss(double now) {
  const bool was_cut = socket_.disconnections() != disconnections_;
  const bool is_silent = now - heard_at_ > config_.link_timeout;
  if (!was_cut && !is_silent) return;
  disconnections_ = socket_.disconnections();
  if (robot_.connected.exchange(false)) {
    ++counters_.reconnections;
    tell(was_cut ? std::string("the connection to the robot was cut")
                 : fmt::format("nothing was heard of the robot for {:.2g} s", now - heard_at_));
  }
}

void PolicyLink::keep_alive(double now) {
  if (!robot_.connected) {
    // A connection that is dead may look alive for long, and libzmq may have given it up for good.
    if (now - std::max(heard_at_, reconnected_at_) > std::max(reconnect_interval, config_.link_timeout)) {
      socket_.reconnect();
      reconnected_at_ = now;
    }
    return greet();
  }
  if (now - beat_at_ < heartbeat_interval) return;
  beat_at_ = now;
  socket_.send(encode(Heartbeat{now}));
}

void PolicyLink::tell(const std::string& event) const {
  if (options_.on_event) options_.on_event(event);
}

}  // namespace sinew

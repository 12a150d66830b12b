#include "tests/robots/hand_policy.h"

#include <algorithm>
#include <cmath>

#include "core/clock.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

constexpr double heartbeat_interval = 0.1;  // s

std::string next_id() {
  static std::atomic<int> count{0};
  return "hand " + std::to_string(++count);
}

}  // namespace

HandPolicy::HandPolicy(const RobotConfig& config, const SecureSocket& secure, std::shared_ptr<LinkContext> context)
    : hello(make_hello("hand", PolicyRunner(fake_policy()), config)),
      act([this](const ObservationMessage& observation) { say(answer(observation)); }),
      context_(std::move(context)),
      socket_(*context_, LinkSocket::Kind::dealer,
              {.queue = 1000, .incoming = 1000, .most_bytes = 1 << 24, .secure = secure, .routing_id = next_id()}) {
  socket_.connect(config.address);
}

bool HandPolicy::say(const Message& message) { return say_frames(encode(message)); }
bool HandPolicy::say_frames(const std::vector<std::string>& frames) {
  said_at_ = now_seconds();
  return socket_.send(frames);
}

bool HandPolicy::connect(double seconds) {
  refused.clear();
  const int before = welcomes;
  double greeted_at = 0;
  return until(
             [&] {
               if (now_seconds() > greeted_at + 0.2 && say(hello)) greeted_at = now_seconds();
               return welcomes > before || !refused.empty();
             },
             seconds) &&
         refused.empty();
}

bool HandPolicy::arm(double seconds) {
  sequence_ = 0;
  say(Arm{++session_});
  return until([&] { return seen.session == session_ && seen.action > 2; }, seconds);
}

bool HandPolicy::recover(double seconds) {
  if (!until([&] { return seen.mode == Mode::stopped || seen.mode == Mode::inactive; }, seconds)) return false;
  say(Acknowledge{});
  return until([&] { return seen.mode == Mode::inactive; }, seconds) && arm(seconds);
}

bool HandPolicy::until(const std::function<bool()>& condition, double seconds) {
  const auto serve = [this] {
    listen();
    if (now_seconds() > said_at_ + heartbeat_interval) say(Heartbeat{now_seconds()});
  };
  return serve_until(socket_, serve, condition, seconds);
}

void HandPolicy::live(double seconds) {
  until([] { return false; }, seconds);
}

void HandPolicy::listen() {
  while (socket_.receive(frames_)) {
    const std::vector<std::string_view> views(frames_.begin(), frames_.end());
    hear(decode(views));
  }
}

void HandPolicy::hear(const Message& message) {
  if (const auto* welcome = std::get_if<Welcome>(&message)) {
    ++welcomes;
    session_ = std::max(session_, welcome->last_session);
  }
  if (std::holds_alternative<HeartbeatReply>(message)) ++replies;
  if (const auto* refusal = std::get_if<Refused>(&message)) {
    refused = refusal->why;
    ++refusals;
  }
  if (const auto* observation = std::get_if<ObservationMessage>(&message)) {
    seen = *observation;
    if (seen.mode == Mode::stopped) why = seen.why;
    if (act && seen.session > 0 && seen.session == session_) act(seen);
  }
}

RobotAction HandPolicy::answer(const ObservationMessage& observation) {
  const double angle = 3 * now_seconds();
  return {
      session_, ++sequence_, observation.sequence, observation.stamp, {0.3 * std::sin(angle), 0.3 * std::cos(angle)}};
}

}  // namespace sinew

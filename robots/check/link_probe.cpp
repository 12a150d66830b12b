#include "robots/check/link_probe.h"

#include <algorithm>

#include "core/clock.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr int64_t most_reply_bytes = 1 << 24;                        // of a frame
constexpr double heartbeat_interval = 0.1, greeting_interval = 0.2;  // s

std::string next_id() {
  static int count = 0;
  return fmt::format("probe {} {}", ++count, static_cast<uint64_t>(now_seconds() * 1e9));
}

}  // namespace

LinkProbe::LinkProbe(const RobotConfig& config, const SecureSocket& secure)
    : config_(config),
      socket_(
          context_, LinkSocket::Kind::dealer,
          {.queue = 20, .incoming = 20, .most_bytes = most_reply_bytes, .secure = secure, .routing_id = next_id()}) {
  socket_.connect(config.address);
}

void LinkProbe::say_frames(const Frames& frames) { socket_.send(frames); }

bool LinkProbe::until(const std::function<bool()>& condition, double seconds) {
  return serve_until(socket_, [this] { serve(); }, condition, seconds);
}

void LinkProbe::serve() {
  while (socket_.receive(frames_)) {
    try {
      socket_.check_size();
      const std::vector<std::string_view> views(frames_.begin(), frames_.end());
      hear(decode(views));
    } catch (const Error& error) {
      not_understood = shortened(error.what(), 200);
    }
  }
  if (is_silent || now_seconds() <= beat_at + heartbeat_interval) return;
  beat_at = now_seconds();
  say(Heartbeat{beat_at});
}

void LinkProbe::live(double seconds) {
  until([] { return false; }, seconds);
}

std::string LinkProbe::greet(const Hello& hello, double seconds) {
  const uint64_t welcomes_before = welcomes, refusals_before = refusals;
  not_understood.clear();
  double greeted_at = 0;
  const bool has_answer = until(
      [&] {
        if (now_seconds() > greeted_at + greeting_interval) {
          greeted_at = now_seconds();
          say(hello);
        }
        return welcomes > welcomes_before || refusals > refusals_before;
      },
      seconds);
  if (welcomes > welcomes_before) return "";
  if (has_answer) return refusal.empty() ? "refused without a reason" : refusal;
  return not_understood.empty() ? fmt::format("no answer within {:.3g} s", seconds) : not_understood;
}

bool LinkProbe::arm(double seconds) {
  session_ = std::max({session_, seen.session, welcome.last_session}) + 1;
  sequence_ = 0;
  pose_.clear();
  say(Arm{session_});
  return until([&] { return seen.session == session_ && seen.action > 2; }, seconds);
}

RobotAction LinkProbe::hold() {
  if (pose_.empty())
    for (size_t i = 0; i < config_.actuators.size(); ++i) {
      const ActuatorLimits& limits = config_.actuators[i].limits;
      const bool holds = limits.kind() == ActuatorLimits::Kind::position && i < seen.joints.size();
      pose_.push_back(holds ? std::clamp(seen.joints[i], limits.lowest(), limits.highest()) : 0);
    }
  return {session_, ++sequence_, seen.sequence, seen.stamp, pose_};
}

void LinkProbe::hear(const Message& message) {
  if (const auto* one = std::get_if<Welcome>(&message)) {
    welcome = *one;
    ++welcomes;
  }
  if (const auto* one = std::get_if<Refused>(&message)) {
    refusal = one->why;
    ++refusals;
  }
  if (const auto* one = std::get_if<HeartbeatReply>(&message)) {
    reply = *one;
    ++replies;
  }
  if (const auto* one = std::get_if<ObservationMessage>(&message)) take(*one);
}

void LinkProbe::take(const ObservationMessage& observation) {
  seen = observation;
  ++observations;
  if (on_observation) on_observation(seen);
  if (acts && seen.session > 0 && seen.session == session_) say(hold());
}

}  // namespace sinew

#include "robots/flight_recorder.h"

#include <chrono>

#include "core/clock.h"

namespace sinew {
namespace {

constexpr size_t most_waiting_bytes = size_t{1} << 28, decision_places = 1024;
constexpr auto interval = std::chrono::milliseconds(20);

RecordedAction recorded(const PolicyDecision& decision) {
  return {.time = decision.acted,
          .session = decision.session,
          .sequence = decision.sequence,
          .answers = decision.answers,
          .observed_at = decision.observed_at,
          .policy = decision.policy,
          .wanted = decision.wanted,
          .command = decision.command,
          .refusal = decision.refusal,
          .limited = decision.limited,
          .starts_anew = decision.starts_anew};
}

}  // namespace

FlightRecorder::FlightRecorder(const std::string& path, RecordedSession session, const PolicyDecision& decision)
    : path_(path), writer_(path, std::move(session)), decisions_(decision_places, decision), thread_([this] { record(); }) {}

void FlightRecorder::finish() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

std::string FlightRecorder::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void FlightRecorder::enqueue(Item item, size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes_ + bytes > most_waiting_bytes || !failure_.empty()) {
    ++left_out_;
    return;
  }
  bytes_ += bytes;
  items_.push_back(std::move(item));
}

void FlightRecorder::observation(ObservationMessage&& message, const ObservationTimes& times) {
  size_t bytes = 1000;
  for (const std::string& image : message.images) bytes += image.size();
  Item item;
  item.time = times.received;
  item.latency = {.time = times.received, .sequence = message.sequence, .observation_delay = times.delay,
                  .decode = times.decode, .round_trip = times.round_trip};
  if (times.has_new_action_age) item.latency.action_age = message.action_age;
  item.observation = {times.received, std::move(message)};
  enqueue(std::move(item), bytes);
}

void FlightRecorder::event(const std::string& text) {
  Item item;
  item.event = text;
  item.time = now_seconds();
  enqueue(std::move(item), text.size());
}

void FlightRecorder::drain(RecordingWriter& writer) {
  std::vector<Item> items;
  {
    const std::lock_guard lock(mutex_);
    items.swap(items_);
    bytes_ = 0;
  }
  for (const Item& item : items) {
    if (!item.event.empty()) {
      writer.add(RecordedEvent{item.time, item.event});
      continue;
    }
    writer.add(item.observation);
    writer.add(item.latency);
  }
  while (const PolicyDecision* decision = decisions_.front()) {
    writer.add(recorded(*decision));
    writer.add(RecordedLatency{.time = decision->decided, .sequence = decision->answers,
                               .compute = decision->decided - decision->received});
    decisions_.pop();
  }
}

void FlightRecorder::record() {
  try {
    while (!ending_) {
      std::this_thread::sleep_for(interval);
      drain(writer_);
    }
    drain(writer_);
    writer_.close();
  } catch (const std::exception& error) {  // whatever it is: the session goes on
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
  }
}

RecordedSession session_of(const Welcome& welcome, const Hello& hello, const RobotConfig& config,
                           const std::string& policy_path) {
  RecordedSession session;
  session.side = "policy";
  session.policy = hello.policy;
  session.policy_hash = hello.policy_hash;
  session.policy_path = policy_path;
  session.robot = welcome.robot;
  session.robot_config = write_config(config).to_yaml();
  session.interface = welcome.interface;
  session.limits = welcome.limits;
  for (const ActuatorConfig& actuator : config.actuators) session.mapping.push_back({actuator.scale, actuator.offset});
  return session;
}

}  // namespace sinew

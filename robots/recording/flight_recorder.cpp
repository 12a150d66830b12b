#include "robots/recording/flight_recorder.h"

#include <chrono>

#include "core/clock.h"

namespace sinew {
namespace {

constexpr size_t most_waiting_bytes = size_t{1} << 28, bytes_but_for_images = 1000;
constexpr auto interval = std::chrono::milliseconds(20);

size_t bytes_of(const FlightRecorder::Record& record) {
  size_t bytes = bytes_but_for_images;
  if (const auto* observation = std::get_if<RecordedObservation>(&record))
    for (const std::string& image : observation->message.images) bytes += image.size();
  return bytes;
}

}  // namespace

FlightRecorder::FlightRecorder(const std::string& path, RecordedSession session,
                               std::function<void(RecordingWriter&)> fetch)
    : path_(path), writer_(path, std::move(session)), fetch_(std::move(fetch)), thread_([this] { record(); }) {}

void FlightRecorder::finish() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

std::string FlightRecorder::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void FlightRecorder::add(Record record) {
  const size_t bytes = bytes_of(record);
  const std::lock_guard lock(mutex_);
  if (bytes_ + bytes > most_waiting_bytes || !failure_.empty()) return leave_out();
  bytes_ += bytes;
  records_.push_back(std::move(record));
}

void FlightRecorder::event(const std::string& text) { add(RecordedEvent{now_seconds(), text}); }

void FlightRecorder::drain() {
  std::vector<Record> records;
  {
    const std::lock_guard lock(mutex_);
    records.swap(records_);
    bytes_ = 0;
  }
  for (const Record& record : records) std::visit([this](const auto& one) { writer_.add(one); }, record);
  if (fetch_) fetch_(writer_);
}

void FlightRecorder::record() {
  try {
    while (!ending_) {
      std::this_thread::sleep_for(interval);
      drain();
    }
    drain();
    writer_.close();
  } catch (const std::exception& error) {  // any failure: the session continues
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
  }
}

RecordedSession session_of(const std::string& side, const Welcome& welcome, const RobotConfig& config) {
  RecordedSession session;
  session.side = side;
  session.robot = welcome.robot;
  session.robot_config = write_config(config).to_yaml();
  session.interface = welcome.interface;
  session.limits = welcome.limits;
  for (const ActuatorConfig& actuator : config.actuators) session.mapping.push_back({actuator.scale, actuator.offset});
  return session;
}

}  // namespace sinew

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <string_view>

#include "core/clock.h"
#include "robots/recording/recording.h"
#include "robots/recording/recording_json_internal.h"

namespace sinew {

using recording::CompressedImage;
using recording::RawImage;
using recording::Timestamp;

namespace {

int64_t ns_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::string utc_text(int64_t ns) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(ns / 1'000'000'000)));
}

// Foxglove's name for the format.
std::string encoding_of(const std::string& format, int channels) {
  if (format == "red, green, blue") return "rgb8";
  if (format == "blue, green, red") return "bgr8";
  return channels == 1 ? "mono8" : fmt::format("8UC{}", channels);
}

// A raw frame may begin like a JPEG, and a JPEG may be as long as a raw frame; but hardly any raw frame also ends like
// a JPEG.
bool is_raw(std::string_view bytes, const SensorSpec& image) {
  const bool is_jpeg = bytes.starts_with("\xff\xd8\xff") && bytes.ends_with("\xff\xd9");
  return bytes.size() == static_cast<size_t>(image.frame_size()) && !is_jpeg;
}

}  // namespace

template <class T>
uint16_t RecordingWriter::add_channel(const std::string& topic, const std::string& schema) {
  return file_.add_channel(topic, schema, recording::schema_of<T>());
}

template <class T>
void RecordingWriter::write(uint16_t channel, uint64_t sequence, double time, const T& content) {
  if (!is_open()) return;
  std::string text;
  recording::put_json(text, content);
  file_.write(channel, static_cast<uint32_t>(sequence), log_time(time), text);
}

RecordingWriter::RecordingWriter(const std::string& path, RecordedSession session)
    : file_(path), clock_start_(now_seconds()), epoch_start_(ns_since_1970()) {
  for (const SensorSpec& sensor : session.interface.sensors)
    if (sensor.is_image()) cameras_.push_back({sensor});
  sessions_ = add_channel<RecordedSession>("/session", "sinew.Session");
  observations_ = add_channel<RecordedObservation>("/observation", "sinew.Observation");
  actions_ = add_channel<RecordedAction>("/action", "sinew.Action");
  latencies_ = add_channel<RecordedLatency>("/latency", "sinew.Latency");
  events_ = add_channel<RecordedEvent>("/event", "sinew.Event");
  add(std::move(session));
  flush();
}

void RecordingWriter::add(RecordedSession session) {
  session.started = utc_text(epoch_start_);
  write(sessions_, 0, now_seconds(), session);
}

// ns since 1970; 0 for an invalid time.
uint64_t RecordingWriter::log_time(double seconds) const {
  const double since_start = (seconds - clock_start_) * 1e9;
  if (!(std::abs(since_start) < 0x1p62)) return 0;
  return static_cast<uint64_t>(std::max<int64_t>(0, epoch_start_ + std::llround(since_start)));
}

void RecordingWriter::add(const RecordedObservation& observation) {
  const ObservationMessage& message = observation.message;
  write(observations_, message.sequence, observation.received, observation);
  for (size_t i = 0; i < std::min(cameras_.size(), message.images.size()); ++i)
    if (!message.images[i].empty()) add_frame(cameras_[i], message.images[i], message.sequence, observation.received);
}

void RecordingWriter::add_frame(Camera& camera, const std::string& bytes, uint64_t sequence, double received) {
  const SensorSpec& image = camera.image;
  const std::string topic = "/camera/" + image.name;
  const Timestamp timestamp{log_time(received)};
  if (is_raw(bytes, image)) {
    if (camera.raw == 0) camera.raw = add_channel<RawImage>(topic, "foxglove.RawImage");
    const int channels = image.shape[2] / image.frames;
    const auto height = static_cast<uint64_t>(image.shape[0]), width = static_cast<uint64_t>(image.shape[1]);
    const uint64_t step = width * static_cast<uint64_t>(channels);
    write(camera.raw, sequence, received,
          RawImage{timestamp, image.name, width, height, encoding_of(image.format, channels), step, {bytes}});
  } else {
    if (camera.compressed == 0) camera.compressed = add_channel<CompressedImage>(topic, "foxglove.CompressedImage");
    write(camera.compressed, sequence, received, CompressedImage{timestamp, image.name, {bytes}});
  }
}

void RecordingWriter::add(const RecordedAction& action) { write(actions_, action.sequence, action.time, action); }
void RecordingWriter::add(const RecordedLatency& latency) {
  write(latencies_, latency.sequence, latency.time, latency);
}
void RecordingWriter::add(const RecordedEvent& event) { write(events_, ++event_count_, event.time, event); }

}  // namespace sinew

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "robots/recording/mcap_reader.h"
#include "robots/recording/recording.h"
#include "robots/recording/recording_json_internal.h"

namespace sinew {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 5> topics = {"/session", "/observation", "/action", "/latency", "/event"};
constexpr std::string_view camera_topic = "/camera/";

// The needed parts of an image's message.
struct Frame {
  recording::Bytes data;
  template <class Visitor>
  void visit(Visitor& v) {
    v("data", data);
  }
};

// Identifies the observation that an image belongs to. A restarted robot's side counts from 1 again, at another time.
using Key = std::pair<uint32_t, uint64_t>;  // MCAP's sequence and log time

class RecordingReader {
 public:
  void take(const McapMessage& message);
  Recording finish() &&;
  bool has_session() const { return has_session_; }

 private:
  void take_session(const json& content);
  void join_frames();

  Recording recording_;
  bool has_session_ = false;
  std::map<Key, size_t> observations_;                                                   // their indices
  std::map<std::string, std::vector<std::pair<Key, std::string>>, std::less<>> frames_;  // by camera
};

template <class T>
T read_as(const json& content) {
  T value;
  recording::get_json(content, value);
  return value;
}

// Ignores other topics.
void RecordingReader::take(const McapMessage& message) {
  const bool is_frame = message.topic.starts_with(camera_topic);
  if (!is_frame && std::find(topics.begin(), topics.end(), message.topic) == topics.end()) return;
  const json content = json::parse(message.data);
  const Key key{message.sequence, message.log_time_ns};
  if (message.topic == "/session") take_session(content);
  if (message.topic == "/action") recording_.actions.push_back(read_as<RecordedAction>(content));
  if (message.topic == "/latency") recording_.latencies.push_back(read_as<RecordedLatency>(content));
  if (message.topic == "/event") recording_.events.push_back(read_as<RecordedEvent>(content));
  if (message.topic == "/observation") {
    observations_[key] = recording_.observations.size();
    recording_.observations.push_back(read_as<RecordedObservation>(content));
  }
  if (is_frame) frames_[message.topic.substr(camera_topic.size())].emplace_back(key, read_as<Frame>(content).data.data);
}

void RecordingReader::take_session(const json& content) {
  uint64_t version = 0;
  recording::JsonReader reader(content);
  reader("version", version);
  if (version != recording_version)
    fail("a recording of version {}; this sinew reads version {}", version, recording_version);
  recording_.session = read_as<RecordedSession>(content);
  has_session_ = true;
}

// Each observation has as many images as there are cameras; an unrecorded one is empty.
void RecordingReader::join_frames() {
  std::vector<std::string> cameras;
  for (const SensorSpec& sensor : recording_.session.interface.sensors)
    if (sensor.is_image()) cameras.push_back(sensor.name);
  for (RecordedObservation& observation : recording_.observations) observation.message.images.resize(cameras.size());
  for (size_t i = 0; i < cameras.size(); ++i)
    for (auto& [key, bytes] : frames_[cameras[i]])
      if (const auto found = observations_.find(key); found != observations_.end())
        recording_.observations[found->second].message.images[i] = std::move(bytes);
}

Recording RecordingReader::finish() && {
  join_frames();
  return std::move(recording_);
}

}  // namespace

Recording read_recording(const std::string& path) {
  McapReader file(path);
  RecordingReader reader;
  McapMessage message;
  for (uint64_t count = 1; file.next(message); ++count)
    with_context(fmt::format("'{}': message {}, of {}", path, count, message.topic), [&] {
      try {
        reader.take(message);
      } catch (const json::exception& error) {
        fail("{}", error.what());
      }
    });
  if (!reader.has_session()) {
    const std::string why = file.complete() ? "it has no /session" : file.damage();
    fail("'{}' is not a recording of the robot link: {}", path, why);
  }
  Recording recording = std::move(reader).finish();
  recording.damage = file.damage();
  return recording;
}

}  // namespace sinew

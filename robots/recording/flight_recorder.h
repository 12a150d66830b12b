#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "robots/protocol/robot_config.h"
#include "robots/recording/recording.h"

namespace sinew {

/// Records a session while it goes on, in a thread of its own: nobody else ever waits for a disk. One that is full ends
/// the recording, not the session. What a side of the link has to say goes through its PolicyRecorder or RobotRecorder.
class FlightRecorder {
 public:
  using Record = std::variant<RecordedSession, RecordedObservation, RecordedAction, RecordedLatency, RecordedEvent>;
  /// `fetch`: called in the own thread, many times a second and at the end, for what comes by a way of its own; empty:
  /// nothing does. Throws an Error where the file cannot be made.
  FlightRecorder(const std::string& path, RecordedSession session, std::function<void(RecordingWriter&)> fetch = {});
  ~FlightRecorder() { finish(); }
  /// Writes what is left, and closes the file. Nothing may be added any more.
  void finish();

  /// From any thread but a control thread.
  void add(Record record);
  void event(const std::string& text);
  /// From any thread, once for each record that had to be left out before it came here.
  void leave_out() noexcept { ++left_out_; }

  const std::string& path() const { return path_; }
  /// What was left out because the disk was too slow.
  uint64_t left_out() const { return left_out_; }
  /// Why it ended early; "": it has not.
  std::string failure() const;

 private:
  void record();
  void drain();

  std::string path_;
  RecordingWriter writer_;
  std::function<void(RecordingWriter&)> fetch_;
  mutable std::mutex mutex_;  // of the three below
  std::vector<Record> records_;
  size_t bytes_ = 0;
  std::string failure_;
  std::atomic<uint64_t> left_out_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

/// What a recording begins with: who recorded ("policy" or "robot"), and what both sides know. Whose policy it is, is
/// still to be said.
RecordedSession session_of(const std::string& side, const Welcome& welcome, const RobotConfig& config);

}  // namespace sinew

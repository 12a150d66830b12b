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

/// Records a running session in a separate thread, so that no other thread waits for a disk. A full disk ends the
/// recording, not the session. Each side of the link records through its PolicyRecorder or RobotRecorder.
class FlightRecorder {
 public:
  using Record = std::variant<RecordedSession, RecordedObservation, RecordedAction, RecordedLatency, RecordedEvent>;
  /// `fetch`: called in the recording thread, many times a second and at the end, for records that arrive by another
  /// way; may be empty. Throws an Error if the file cannot be created.
  FlightRecorder(const std::string& path, RecordedSession session, std::function<void(RecordingWriter&)> fetch = {});
  ~FlightRecorder() { finish(); }
  /// Writes the remaining records and closes the file. Nothing may be added afterwards.
  void finish();

  /// From any thread except a control thread.
  void add(Record record);
  void event(const std::string& text);
  /// From any thread, once for each record that was dropped before it reached the recorder.
  void leave_out() noexcept { ++left_out_; }

  const std::string& path() const { return path_; }
  /// Records dropped because the disk was too slow.
  uint64_t left_out() const { return left_out_; }
  /// Why the recording ended early; "": it has not.
  std::string failure() const;

 private:
  void record();
  void drain();

  std::string path_;
  RecordingWriter writer_;
  std::function<void(RecordingWriter&)> fetch_;
  mutable std::mutex mutex_;  // guards the three below
  std::vector<Record> records_;
  size_t bytes_ = 0;
  std::string failure_;
  std::atomic<uint64_t> left_out_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

/// The start of a recording: who records ("policy" or "robot"), and what both sides know. The caller still has to fill
/// in the policy.
RecordedSession session_of(const std::string& side, const Welcome& welcome, const RobotConfig& config);

}  // namespace sinew

#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "robots/policy_control.h"
#include "robots/policy_link.h"
#include "robots/recording.h"
#include "robots/ring.h"

namespace sinew {

/// Records a session while it goes on, in a thread of its own: neither the link's thread nor the control thread ever
/// waits for a disk. One that is full ends the recording, not the session.
class FlightRecorder {
 public:
  /// `decision`: of the size that decision() will get. Throws an Error where the file cannot be made.
  FlightRecorder(const std::string& path, RecordedSession session, const PolicyDecision& decision);
  ~FlightRecorder() { finish(); }
  /// Writes what is left, and closes the file. Nothing may be added any more.
  void finish();

  /// From any thread but the control thread.
  void observation(ObservationMessage&& message, const ObservationTimes& times);
  void event(const std::string& text);
  /// From the control thread; neither waits nor allocates.
  void decision(const PolicyDecision& decision) { left_out_ += !decisions_.push(decision); }

  const std::string& path() const { return path_; }
  /// What was left out because the disk was too slow.
  uint64_t left_out() const { return left_out_; }
  /// Why it ended early; "": it has not.
  std::string failure() const;

 private:
  struct Item {
    RecordedObservation observation;
    RecordedLatency latency;
    std::string event;  // instead, where it is not empty
    double time = 0;
  };
  void record();
  void drain(RecordingWriter& writer);
  void enqueue(Item item, size_t bytes);

  std::string path_;
  RecordingWriter writer_;
  Ring<PolicyDecision> decisions_;
  mutable std::mutex mutex_;  // of the three below
  std::vector<Item> items_;
  size_t bytes_ = 0;
  std::string failure_;
  std::atomic<uint64_t> left_out_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

/// What a recording begins with, on the policy's side.
RecordedSession session_of(const Welcome& welcome, const Hello& hello, const RobotConfig& config,
                           const std::string& policy_path);

}  // namespace sinew

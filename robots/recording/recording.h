#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/spec.h"
#include "robots/protocol/messages.h"
#include "robots/recording/mcap_writer.h"
#include "robots/safety/actuator_limits.h"
#include "robots/safety/safety_gate.h"

/// A recording of a session at the robot link: an MCAP file (robots/recording/mcap_writer.h) with these topics. Each
/// message is a JSON object with the fields of its struct.
///
///   /session      at the beginning: who recorded what. The robot's side repeats it, with another policy, when another
///                 policy connects: the last one counts
///   /observation  the observation received, or sent on the robot's side, without its images
///   /camera/NAME  its images: JPEG as foxglove.CompressedImage, raw bytes as foxglove.RawImage
///   /action       the policy's numbers and the resulting commands; on the robot's side, the actuators' commands
///   /latency      how long things took
///   /event        events, in words
///
/// Numbers are restored bit by bit. JSON cannot represent numbers that are not finite: they are the texts "inf", "-inf"
/// and "nan", the latter with its bits in hexadecimal if they are not the usual ones: "nan:ffc00000". A message's
/// sequence in MCAP is the low 32 bits of the observation's or action's sequence. Its log time is that of the
/// recorder's monotonic clock, offset by the time of day at which the recording began.
namespace sinew {

inline constexpr uint64_t recording_version = 1;

/// How a policy's number maps to an actuator's command: command = offset + scale · number.
struct ActuatorMapping {
  double scale = 1, offset = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v("scale", scale);
    v("offset", offset);
  }
};

struct RecordedSession {
  uint64_t version = recording_version;
  std::string side;  // who recorded: "policy" or "robot"
  std::string policy, policy_hash,
      policy_path;  // name of its file, hash of its weights, path of the file relative to the recording; "": unknown
  std::string robot, robot_config;  // its name; the text of its file
  InterfaceSpec interface;          // of the observations, images as the cameras deliver them
  std::vector<ActuatorLimits> limits;
  std::vector<ActuatorMapping> mapping;  // for each actuator
  std::string started;                   // "2026-11-25T13:35:00Z"; set by RecordingWriter
  template <class Visitor>
  void visit(Visitor& v) {
    v("version", version);
    v("side", side);
    v("policy", policy);
    v("policy_hash", policy_hash);
    v("policy_path", policy_path);
    v("robot", robot);
    v("robot_config", robot_config);
    v("interface", interface);
    v("limits", limits);
    v("mapping", mapping);
    v("started", started);
  }
};

struct RecordedObservation {
  double received = 0;  // s, of the recorder's clock
  ObservationMessage message;
  template <class Visitor>
  void visit(Visitor& v) {
    v("received", received);
    v("session", message.session);
    v("sequence", message.sequence);
    v("stamp", message.stamp);
    v("mode", message.mode);
    v("alarm", message.alarm);
    v("action", message.action);
    v("action_age", message.action_age);
    v("arrived", message.arrived);
    v("refused", message.refused);
    v("limited", message.limited);
    v("numbers", message.numbers);
    v("joints", message.joints);
  }
};

/// One action on its way from the policy to the actuators, one number per actuator; its values are the commands after
/// the gate ("command").
///
/// On the robot's side, whatever drives the robot, there is one action for each observation of an armed robot that was
/// still armed, in the same session, at the next recorded observation. `time` is the moment of that next observation,
/// and the values what the actuators had last been commanded by then, after blend, gate and interpolation. `sequence`
/// is that of the last obeyed action, or 0 if none had arrived and the robot held its pose; several records may share
/// it. `wanted` is that action as received, empty if there is none. `policy` is empty: an equivalent policy outputs
/// (value - offset) / scale, with the session's mapping. `refusal` is none, `limited` counts since the observation,
/// and `starts_anew` is true for the first action in its session.
struct RecordedAction : RobotAction {
  double time = 0;             // s, of the recorder's clock
  std::vector<float> policy;   // the policy's output
  std::vector<double> wanted;  // the output as commands
  Refusal refusal = Refusal::none;
  uint64_t limited = 0;      // numbers changed by the gate
  bool starts_anew = false;  // the policy's memory was empty before it
  template <class Visitor>
  void visit(Visitor& v) {
    v("time", time);
    v("session", session);
    v("sequence", sequence);
    v("answers", answers);
    v("observed_at", observed_at);
    v("policy", policy);
    v("wanted", wanted);
    v("command", values);
    v("refusal", refusal);
    v("limited", limited);
    v("starts_anew", starts_anew);
  }
};

/// How long things took, s, where known.
struct RecordedLatency {
  double time = 0;                          // s, of the recorder's clock
  uint64_t sequence = 0;                    // of the observation
  std::optional<double> observation_delay;  // from the robot's stamp to here
  std::optional<double> decode;             // of its images
  std::optional<double> compute;            // from receipt to the action
  std::optional<double> action_age;         // from the stamp to the action's arrival
  std::optional<double> round_trip;         // of a heartbeat
  template <class Visitor>
  void visit(Visitor& v) {
    v("time", time);
    v("sequence", sequence);
    v("observation_delay", observation_delay);
    v("decode", decode);
    v("compute", compute);
    v("action_age", action_age);
    v("round_trip", round_trip);
  }
};

struct RecordedEvent {
  double time = 0;  // s, of the recorder's clock
  std::string text;
  template <class Visitor>
  void visit(Visitor& v) {
    v("time", time);
    v("text", text);
  }
};

/// Writes a recording. McapWriter's remarks on crashes, full disks and threads apply here as well. Not for a real-time
/// thread.
class RecordingWriter {
 public:
  /// Creates the file and writes the session. Throws an Error if it cannot, or if the file exists.
  RecordingWriter(const std::string& path, RecordedSession session);

  /// Writes the session again: see /session.
  void add(RecordedSession session);
  /// Times are of now_seconds(). An observation's images are as in the session's interface, one per image sensor; empty
  /// ones are omitted.
  void add(const RecordedObservation& observation);
  void add(const RecordedAction& action);
  void add(const RecordedLatency& latency);
  void add(const RecordedEvent& event);

  void flush() { file_.flush(); }
  void close() { file_.close(); }
  bool is_open() const { return file_.is_open(); }

 private:
  struct Camera {
    SensorSpec image;
    uint16_t compressed = 0, raw = 0;  // its channels; 0: not added yet
  };
  uint64_t log_time(double seconds) const;
  void add_frame(Camera& camera, const std::string& bytes, uint64_t sequence, double received);
  template <class T>
  uint16_t add_channel(const std::string& topic, const std::string& schema);
  template <class T>
  void write(uint16_t channel, uint64_t sequence, double time, const T& content);

  McapWriter file_;
  double clock_start_;   // s, of the recorder's clock …
  int64_t epoch_start_;  // … and ns since 1970, at the same moment
  std::vector<Camera> cameras_;
  uint16_t sessions_ = 0, observations_ = 0, actions_ = 0, latencies_ = 0, events_ = 0;  // channels
  uint64_t event_count_ = 0;
};

/// A recording's content, in order.
struct Recording {
  RecordedSession session;
  std::vector<RecordedObservation> observations;  // with their images
  std::vector<RecordedAction> actions;
  std::vector<RecordedLatency> latencies;
  std::vector<RecordedEvent> events;
  std::string damage;  // as reported by McapReader; "": the file is complete
};

/// Reads a recording, up to where the file is cut or damaged. Throws an Error for a file that is not a recording, is of
/// another version, or has invalid content.
Recording read_recording(const std::string& path);

}  // namespace sinew

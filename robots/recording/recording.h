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

/// A recording of a session at the robot link: an MCAP file (robots/recording/mcap_writer.h) of these topics, each
/// message a JSON object with the fields of its struct.
///
///   /session      at the beginning: who recorded what; on the robot's side again, the same but for the policy, where
///                 another one connects: the last counts
///   /observation  what arrived, or on the robot's side what was sent, but for its images
///   /camera/NAME  its images: JPEG as foxglove.CompressedImage, raw bytes as foxglove.RawImage
///   /action       what became of the policy's numbers; on the robot's side, what the actuators were told
///   /latency      how long things took
///   /event        what happened, in words
///
/// Numbers come back with the same bits. Those that are not finite, for which JSON has no word, are the texts "inf",
/// "-inf" and "nan", with its bits in hexadecimal where they are not the usual ones: "nan:ffc00000". A message's
/// sequence in MCAP is the low 32 bits of the observation's or action's; its log time is that of the recorder's
/// monotonic clock, counted from the time of day at which the recording began.
namespace sinew {

inline constexpr uint64_t recording_version = 1;

/// What a policy's number means to an actuator: command = offset + scale · number.
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
      policy_path;  // its file's name, its weights', where the file is, seen from the recording; "": not known
  std::string robot, robot_config;  // its name, its file's text
  InterfaceSpec interface;          // of the observations, images as the cameras deliver them
  std::vector<ActuatorLimits> limits;
  std::vector<ActuatorMapping> mapping;  // of each actuator
  std::string started;                   // "2026-11-25T13:35:00Z"; RecordingWriter says it
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

/// One action on its way from the policy to the actuators, for each of them a number.
///
/// On the robot's side, whoever drives it, there is one for each observation of an armed robot that was still armed, in
/// the same session, at the next observation that was recorded. `time` is that moment, and `command` what the actuators
/// had been told last by then, after blend, gate and interpolation. `sequence` is of the action that was obeyed last, 0
/// where none had come yet and the robot held its pose; several may have the same. `wanted` is what came in as that
/// action, empty where there is none. `policy` is empty: a policy that does the same says (command - offset) / scale,
/// of the session's mapping. `refusal` is none; `limited` counts since the observation, and `starts_anew` is true of
/// the first in its session.
struct RecordedAction {
  double time = 0;  // s, of the recorder's clock
  uint64_t session = 0, sequence = 0;
  uint64_t answers = 0;         // sequence of the observation
  double observed_at = 0;       // its stamp
  std::vector<float> policy;    // what the policy said
  std::vector<double> wanted;   // the same as commands
  std::vector<double> command;  // what the gate made of them
  Refusal refusal = Refusal::none;
  uint64_t limited = 0;      // numbers that the gate changed
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
    v("command", command);
    v("refusal", refusal);
    v("limited", limited);
    v("starts_anew", starts_anew);
  }
};

/// How long things took, s, as far as it is known.
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

/// Writes one. What McapWriter says of crashes, full disks and threads holds here as well. Not for a real-time thread.
class RecordingWriter {
 public:
  /// Makes the file, and writes the session. Throws an Error where it cannot, or where there is a file already.
  RecordingWriter(const std::string& path, RecordedSession session);

  /// The session anew: see /session.
  void add(RecordedSession session);
  /// Times are of now_seconds(). Of an observation, images are as the session's interface says, one for each of its
  /// image sensors; those that are empty are left out.
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
    uint16_t compressed = 0, raw = 0;  // its channels; 0: not there yet
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

/// What a recording holds, in its order.
struct Recording {
  RecordedSession session;
  std::vector<RecordedObservation> observations;  // with their images
  std::vector<RecordedAction> actions;
  std::vector<RecordedLatency> latencies;
  std::vector<RecordedEvent> events;
  std::string damage;  // as McapReader says it; "": the file is whole
};

/// Reads all that there is, up to where the file is cut or damaged. Throws an Error for a file that is no recording, is
/// of another version, or does not hold what it should.
Recording read_recording(const std::string& path);

}  // namespace sinew

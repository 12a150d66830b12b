#pragma once
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "robots/lekiwi/lekiwi_config.h"
#include "robots/lekiwi/share_of_observations.h"
#include "robots/link/adapter_table.h"
#include "robots/link/link_socket.h"
#include "robots/link/mailbox.h"
#include "robots/link/refusal_log.h"

namespace sinew {

/// Counts of what was received from a LeKiwi, refused, and sent.
struct LekiwiCounters {
  std::atomic<uint64_t> observations{0};  // decoded
  std::atomic<uint64_t> refused{0};       // not decoded: no JSON, a number missing or not finite, a version that is
                                          // unknown or not accepted
  std::atomic<uint64_t> pictures_missing{0};
  std::atomic<uint64_t> commands{0};  // sent
};

/// LeRobot's LeKiwi as a body: a client of its host. A separate thread handles ZeroMQ. The measured state is the latest
/// observation, stamped with its time of receipt.
///
/// The wire carries no arm velocities: they are position differences divided by differences of receipt times. It
/// carries no base positions either: they are 0. A command is sent at each tick in which the robot is armed or stopped
/// (when stopped, `hold` commands hold the arm, which the host's watchdog does not control). When that ends, a last
/// command is repeated for two periods of the slowest host that is supported: the base stands and the arm holds its
/// last commanded pose. The arm is included because LeRobot's host fails on a command without it and leaves the wheels
/// running.
class LekiwiBody final : public RobotBody {
 public:
  /// Connects and waits for the first observation. Throws an Error that states why it cannot connect, and what arrived
  /// instead.
  LekiwiBody(const RobotConfig& config, AdapterEvents on_event);
  ~LekiwiBody() override;

  const std::vector<SensorSpec>& sensors() const override { return sensors_; }
  RobotState measure() override;
  void observe(std::span<float> numbers, std::string& scene) override;
  void take_images(const std::string& scene, std::vector<std::string>& images) override;
  void command(std::span<const double> commands) override;
  void rest() override;
  const char* fault() const override;

  const LekiwiCounters& counters() const { return counters_; }

 private:
  // An observation as received. pictures: concatenated, each preceded by its size.
  struct Arrived {
    LekiwiNumbers numbers{}, velocities{};
    double received = 0;  // s
    std::string pictures;
  };
  struct Told {
    LekiwiCommand command;
    bool is_last = false;  // no other command follows; repeat this one
  };
  void await_first();
  void check_cameras(const LekiwiObservation& seen) const;
  void serve();
  void step();
  bool receive(double now);
  void take(LekiwiObservation&& seen, double now);
  void pack_pictures(LekiwiObservation& seen, std::string& out);
  bool has_last_words(double now) const { return told_last_.is_last && now < quiet_from_; }
  void send_command(double now);
  void watch_silence(double now);
  void watch_rate(double now);
  void refuse(const Error& error);

  LekiwiConfig wire_;
  bool accepts_old_wire_;
  AdapterEvents on_event_;
  std::vector<size_t> keys_;  // for each actuator
  std::vector<SensorSpec> cameras_, sensors_;
  std::vector<LekiwiSource> sources_;
  double shortest_;    // s: minimum time between the positions that a velocity is computed from
  double longest_;     // s without an observation
  double period_;      // s, from the rate in the file
  double last_words_;  // s for which the last command is repeated
  LekiwiCounters counters_;
  Mailbox<Arrived> arrived_;  // ZeroMQ thread → control
  Mailbox<Told> commands_;    // control → ZeroMQ thread
  Doorbell bell_;
  // Used by the control thread.
  std::vector<double> position_, velocity_;
  std::vector<ActuatorConfig> actuators_;
  LekiwiNumbers told_{};  // by key, in the policy's terms
  LekiwiCommand last_command_;
  bool commanding_ = false;
  // Used by the ZeroMQ thread.
  LinkContext context_;
  LinkSocket command_socket_, observation_socket_;
  std::vector<std::string> frames_, newer_;
  Arrived last_;
  std::string refusal_;  // reason for the latest refusal
  RefusalLog refusals_, missing_pictures_;
  ShareOfObservations share_;
  double busy_ = 0;  // s since the last observation in which this thread was not listening
  uint64_t disconnections_ = 0;
  LekiwiWire version_ = LekiwiWire::multipart;
  Told told_last_;
  double quiet_from_ = 0;  // s: the last command is repeated until then
  bool has_command_ = false, silent_ = false, told_slow_ = false;
  std::atomic<bool> ending_{false}, failed_{false}, shared_{false};
  std::thread thread_;
};

}  // namespace sinew

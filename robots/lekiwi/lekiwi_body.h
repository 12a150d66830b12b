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

/// What came of a LeKiwi, and what was refused.
struct LekiwiCounters {
  std::atomic<uint64_t> observations{0};  // that were understood
  std::atomic<uint64_t> refused{0};       // that were not: no JSON, a number missing or not finite, a version that is
                                          // not known or not accepted
  std::atomic<uint64_t> pictures_missing{0};
  std::atomic<uint64_t> commands{0};  // sent
};

/// LeRobot's LeKiwi as a body: a client of its host. A thread of its own speaks ZeroMQ; measured is what came last, its
/// stamp being the receipt.
///
/// The wire has no velocities of the arm: they are differences of positions over times of receipt. The base's positions
/// are not measured either, and are 0. A command goes out at each tick in which the robot is armed or stopped (what
/// holds then holds the arm, which the host's watchdog leaves alone). When that ends, last words follow for two periods
/// of the slowest host that is obeyed: the base stands, and the arm holds the pose that it was told last, for LeRobot's
/// host fails on a command without the arm and leaves the wheels as they are.
class LekiwiBody final : public RobotBody {
 public:
  /// Connects, and waits for the first observation; an Error says why it cannot, and what came instead.
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
  // As it reached us. pictures: one after the other, each after its size.
  struct Arrived {
    LekiwiNumbers numbers{}, velocities{};
    double received = 0;  // s
    std::string pictures;
  };
  struct Told {
    LekiwiCommand command;
    bool is_last = false;  // none follows: to be repeated
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
  std::vector<size_t> keys_;  // of each actuator
  std::vector<SensorSpec> cameras_, sensors_;
  std::vector<LekiwiSource> sources_;
  double shortest_;    // s: differences of positions are taken over at least so long
  double longest_;     // s, without an observation
  double period_;      // s, of the file's rate
  double last_words_;  // s, that the last command is repeated
  LekiwiCounters counters_;
  Mailbox<Arrived> arrived_;  // its thread → control
  Mailbox<Told> commands_;    // control → its thread
  Doorbell bell_;
  // Of the control thread.
  std::vector<double> position_, velocity_;
  std::vector<ActuatorConfig> actuators_;
  LekiwiNumbers told_{};  // by key, as the policy says it
  LekiwiCommand last_command_;
  bool commanding_ = false;
  // Of its thread.
  LinkContext context_;
  LinkSocket command_socket_, observation_socket_;
  std::vector<std::string> frames_, newer_;
  Arrived last_;
  std::string refusal_;  // of the last one that was
  RefusalLog refusals_, missing_pictures_;
  ShareOfObservations share_;
  double busy_ = 0;  // s, since the last observation: not listening
  uint64_t disconnections_ = 0;
  LekiwiWire version_ = LekiwiWire::multipart;
  Told told_last_;
  double quiet_from_ = 0;  // s: until then, last words are repeated
  bool has_command_ = false, silent_ = false, told_slow_ = false;
  std::atomic<bool> ending_{false}, failed_{false}, shared_{false};
  std::thread thread_;
};

}  // namespace sinew

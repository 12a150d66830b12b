#pragma once
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "robots/adapter_table.h"
#include "robots/lekiwi_config.h"
#include "robots/link_socket.h"
#include "robots/mailbox.h"

namespace sinew {

/// What came of a LeKiwi, and what was refused.
struct LekiwiCounters {
  std::atomic<uint64_t> observations{0};  // that were understood
  std::atomic<uint64_t> refused{0};       // that were not: no JSON, a number missing or not finite, an unknown version
  std::atomic<uint64_t> pictures_missing{0};
  std::atomic<uint64_t> commands{0};  // sent
};

/// LeRobot's LeKiwi as a body: a client of its host. A thread of its own speaks ZeroMQ; measured is what came last, its
/// stamp being the receipt.
///
/// The wire has no velocities of the arm: they are differences of positions over times of receipt. The base's positions
/// are not measured either, and are 0. A command goes out at each tick in which the robot is armed or stopped (what
/// holds then holds the arm, which the host's watchdog leaves alone), and when that ends, one more: the base stands.
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
  const char* fault() const override { return failed_ ? "the thread that speaks to the LeKiwi has failed" : nullptr; }

  const LekiwiCounters& counters() const { return counters_; }

 private:
  // As it reached us. pictures: one after the other, each after its size.
  struct Arrived {
    LekiwiNumbers numbers{}, velocities{};
    double received = 0;  // s
    std::string pictures;
  };
  void await_first();
  void check_cameras(const LekiwiObservation& seen) const;
  void serve();
  void step();
  void say_the_last();
  bool receive(double now);
  void take(LekiwiObservation&& seen, double now);
  void pack_pictures(LekiwiObservation& seen, std::string& out);
  void send_command();
  void watch_silence(double now);
  void refuse(const Error& error);

  LekiwiConfig wire_;
  AdapterEvents on_event_;
  std::vector<size_t> keys_;  // of each actuator
  std::vector<SensorSpec> cameras_, sensors_;
  std::vector<LekiwiSource> sources_;
  double shortest_;  // s: differences of positions are taken over at least so long
  double longest_;   // s, without an observation
  LekiwiCounters counters_;
  Mailbox<Arrived> arrived_;         // its thread → control
  Mailbox<LekiwiCommand> commands_;  // control → its thread
  Doorbell bell_;
  // Of the control thread.
  std::vector<double> position_, velocity_;
  std::vector<ActuatorConfig> actuators_;
  LekiwiNumbers told_{};  // by key, as the policy says it
  bool commanding_ = false;
  // Of its thread.
  LinkContext context_;
  LinkSocket command_socket_, observation_socket_;
  std::vector<std::string> frames_, newer_;
  Arrived last_;
  std::string refusal_;  // of the last one that was
  LekiwiWire version_ = LekiwiWire::multipart;
  bool has_command_ = false, silent_ = false;
  std::atomic<bool> ending_{false}, failed_{false};
  std::thread thread_;
};

}  // namespace sinew

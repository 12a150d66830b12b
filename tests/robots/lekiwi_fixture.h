#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "robots/lekiwi/lekiwi_body.h"
#include "robots/link/adapted_robot.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/python_peer.h"

/// LeKiwi's wire against Python: for tests that have a host or a client of LeRobot's on the other side.
namespace sinew {

/// configs/robots/lekiwi_lerobot.yaml, with the host's addresses, small pictures, a short blend, and free ports.
RobotConfig lekiwi_test_config(const std::string& commands, const std::string& observations);
/// arm [6], base [3] and, if asked for, the front camera → the nine actuators, whose numbers wander.
Policy lekiwi_policy(bool sees);

/// Events of several threads.
class Events {
 public:
  std::function<void(const std::string&)> sink();
  bool has(const std::string& part) const;
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> list_;
};

/// A host in Python, a robot's side in this process, and a policy that drives it.
struct LekiwiUnderTest {
  explicit LekiwiUnderTest(const std::string& wire = "multipart", bool sees = false, int rate = 30);
  /// Ends it, and checks what the host was told: numbers, velocities, limits.
  ~LekiwiUnderTest();

  LekiwiBody& body() { return const_cast<LekiwiBody&>(dynamic_cast<const LekiwiBody&>(robot->body())); }
  /// Armed, and moving.
  bool arm();
  bool stopped_by(Alarm alarm);
  /// Acknowledged and armed anew.
  bool arm_again();
  /// What the host was told so far.
  std::vector<LekiwiCommand> commands() const;
  void expect_that_it_holds();
  void end();

  std::unique_ptr<PythonPeer> host;
  std::string command_address, observation_address;
  RobotConfig config;
  Events events;
  Policy policy;
  std::unique_ptr<AdaptedRobot> robot;
  std::unique_ptr<PolicyClient> client;
};

}  // namespace sinew

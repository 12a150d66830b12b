#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "robots/lekiwi/lekiwi_body.h"
#include "robots/link/adapted_robot.h"
#include "tests/robots/fake_robot.h"
#include "tests/robots/python_peer.h"

/// LeKiwi's wire against Python: for tests with a LeRobot host or client on the other side.
namespace sinew {

/// configs/robots/lekiwi_lerobot.yaml, with the host's addresses, small pictures, a short blend, and free ports.
RobotConfig lekiwi_test_config(const std::string& commands, const std::string& observations);
/// arm [6], base [3] and, if `sees`, the front camera → the nine actuators, whose commands wander.
Policy lekiwi_policy(bool sees);

/// Events from several threads.
class Events {
 public:
  std::function<void(const std::string&)> sink();
  bool has(const std::string& part) const;
  std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> list_;
};

/// A host in Python, a robot's side in this process, and a policy that drives the robot.
struct LekiwiUnderTest {
  explicit LekiwiUnderTest(const std::string& wire = "multipart", bool sees = false, int rate = 30);
  /// Ends it, and checks the commands that the host received: numbers, velocities, limits.
  ~LekiwiUnderTest();

  LekiwiBody& body() { return const_cast<LekiwiBody&>(dynamic_cast<const LekiwiBody&>(robot->body())); }
  /// Whether it gets armed and moves.
  bool arm();
  bool stopped_by(Alarm alarm);
  /// Acknowledges and arms again.
  bool arm_again();
  /// The commands that the host has received so far.
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

#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "robots/control/emergency_switch.h"
#include "robots/link/connection_bound.h"
#include "robots/link/guarded_context.h"

namespace sinew {

/// The robot's end of the emergency stop over the network: a socket separate from the link, with its own context and
/// thread, so that a failure of the link cannot prevent a stop.
///
/// Anyone who may send to the socket may stop the robot, without a handshake. Every message of a REQ, DEALER or ROUTER
/// stops it, whatever its frames contain, with one exception: a `release` ends an emergency stop. Both are answered
/// once they are obeyed.
class StopServer {
 public:
  struct Options {
    std::optional<RobotSecurity> security = {};             // none: anyone who reaches the address may stop the robot
    std::function<void(const std::string&)> on_event = {};  // from threads of its own
    bool real_time = true;
  };
  /// Listens; throws an Error with the reason if it cannot. `emergency` must outlive it.
  StopServer(const std::string& address, EmergencySwitch& emergency, Options options);
  ~StopServer();

  const std::string& address() const { return address_; }

 private:
  // A peer that waits for an answer, and its request.
  struct Asker {
    std::vector<std::string> envelope;  // frames before the message
    uint64_t ticket = 0;
    bool releases = false;
    std::string why;
  };
  void serve();
  void step();
  void take_messages();
  void heed(std::vector<std::string>& frames);
  void release(Asker& asker);
  void answer(const Asker& asker);
  uint64_t press(const std::string& why);
  void watch_connections();

  EmergencySwitch& emergency_;
  Options options_;
  GuardedContext context_;
  LinkSocket socket_;
  std::string address_;
  ConnectionBound bound_;
  Doorbell nobody_;
  std::vector<Asker> askers_;
  std::vector<std::string> frames_;
  std::vector<std::string> unsaid_;  // events, reported once every peer has been answered
  uint64_t pressed_ = 0;
  double told_at_ = -1e9;  // s, of the last report on connections
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace sinew

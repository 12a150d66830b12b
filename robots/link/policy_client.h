#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "robots/link/policy_link.h"

namespace sinew {

/// The policy's side of the link: connects to a robot and acts on its observations.
///
/// It has two threads: one handles ZeroMQ and decodes images; the other runs the policy and its gate as soon as an
/// observation arrives, and neither allocates nor waits for the first. Late work is skipped: the newest observation
/// counts.
class PolicyClient {
 public:
  struct Options {
    PolicyLink::Options link;
    double connect_timeout = 5;                 // s
    bool real_time = true;                      // ask for real-time scheduling
    std::shared_ptr<LinkContext> context = {};  // the robot's context, for an address inside this process; empty: its
                                                // own
    /// Called once both sides agree, before anything else; a recorder is created here.
    std::function<void(const Hello&, const Welcome&, const PolicyDecision& empty)> on_welcome;
    std::function<void()> after_decision;                    // in the control thread; for measurements
    std::function<void(const PolicyDecision&)> on_decision;  // in the control thread: must not wait
  };
  /// Connects, and performs the handshake; throws an Error with the reason if it cannot. It acts by one controller,
  /// usually a policy's; the policy must then outlive it.
  PolicyClient(const ControllerFactory& controllers, const RobotConfig& config, Options options);
  ~PolicyClient();

  /// Request motion, in a session greater than all before; end a latched stop; stop. The robot's answer appears in
  /// robot().
  void arm();
  void acknowledge();
  void stop(const std::string& why);

  /// Rethrows an error of one of the threads.
  void check();

  const Welcome& welcome() const { return link_.welcome(); }
  const RobotStatus& robot() const { return link_.robot(); }
  std::string why() const { return link_.why(); }
  const PolicyLinkCounters& counters() const { return link_.counters(); }
  const PolicyLinkLatencies& latencies() const { return link_.latencies(); }
  /// Actions that this side's gate refused, numbers that it limited, and observations that never arrived.
  uint64_t refused() const { return refused_; }
  uint64_t limited() const { return limited_; }
  uint64_t timeouts() const { return timeouts_; }
  std::string real_time_report() const;

 private:
  void serve_link();
  void control();
  void ask(const Message& request);
  void fail_with(std::exception_ptr error);

  RobotConfig config_;
  Options options_;
  PolicyControl control_;
  PolicyExchange exchange_;
  std::shared_ptr<LinkContext> context_;
  PolicyLink link_;
  uint64_t session_ = 0;  // the last one requested
  std::atomic<uint64_t> refused_{0}, limited_{0}, timeouts_{0};
  std::atomic<bool> ending_{false}, failed_{false};
  mutable std::mutex mutex_;  // guards the two below; the control thread locks it only before and after its loop
  std::exception_ptr error_;
  std::string real_time_report_;
  std::thread link_thread_, control_thread_;
};

}  // namespace sinew

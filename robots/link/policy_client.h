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

/// The policy's side of the link: connects to a robot and acts on what it observes.
///
/// Two threads: one speaks ZeroMQ and decodes images; one runs the policy and its gate as soon as an observation has
/// come, and neither allocates nor waits for the other. What takes too long is left out: the newest observation counts.
class PolicyClient {
 public:
  struct Options {
    PolicyLink::Options link;
    double connect_timeout = 5;                 // s
    bool real_time = true;                      // ask for real-time scheduling
    std::shared_ptr<LinkContext> context = {};  // for an address inside this process, the robot's; empty: its own
    /// Once both sides agree, before anything else: here a recorder is made.
    std::function<void(const Hello&, const Welcome&, const PolicyDecision& empty)> on_welcome;
    std::function<void()> after_decision;                    // in the control thread; for measurements
    std::function<void(const PolicyDecision&)> on_decision;  // in the control thread: must not wait
  };
  /// Connects, and shakes hands; an Error says why it cannot. It acts by one controller, mostly a policy's, which must
  /// outlive it then.
  PolicyClient(const ControllerFactory& controllers, const RobotConfig& config, Options options);
  ~PolicyClient();

  /// Asks for motion, in a session greater than all before; ends a latched stop; stops. The robot's answer shows in
  /// robot().
  void arm();
  void acknowledge();
  void stop(const std::string& why);

  /// Rethrows what went wrong in one of the threads.
  void check();

  const Welcome& welcome() const { return link_.welcome(); }
  const RobotStatus& robot() const { return link_.robot(); }
  std::string why() const { return link_.why(); }
  const PolicyLinkCounters& counters() const { return link_.counters(); }
  const PolicyLinkLatencies& latencies() const { return link_.latencies(); }
  /// Actions that this side's gate refused, numbers that it limited, and observations that it waited for in vain.
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
  uint64_t session_ = 0;  // the last one that was asked for
  std::atomic<uint64_t> refused_{0}, limited_{0}, timeouts_{0};
  std::atomic<bool> ending_{false}, failed_{false};
  mutable std::mutex mutex_;  // of the two below; the control thread takes it before and after its loop alone
  std::exception_ptr error_;
  std::string real_time_report_;
  std::thread link_thread_, control_thread_;
};

}  // namespace sinew

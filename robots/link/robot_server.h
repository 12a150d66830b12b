#pragma once
#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "robots/control/real_time.h"
#include "robots/link/guarded_context.h"
#include "robots/link/latency_histogram.h"
#include "robots/link/robot_link.h"
#include "robots/link/stop_server.h"

namespace sinew {

/// The robot's side of the link: given a body, it serves policies until told to end.
///
/// The thread that calls run() is the control thread, with absolute deadlines and, if permitted, real-time scheduling.
/// One thread handles ZeroMQ, one serves the emergency stop, and, with cameras, one takes their frames. The control
/// thread waits for none of them. A missed tick is skipped, not made up for; of several actions the newest counts.
class RobotServer {
 public:
  struct Options {
    RobotLink::Options link;
    std::optional<RobotSecurity> security;      // none: anyone who reaches the address may connect
    bool real_time = true;                      // ask for real-time scheduling and locked memory
    std::function<void()> after_tick;           // in the control thread; for measurements
    std::shared_ptr<LinkContext> context = {};  // of the link, for addresses inside this process; empty: its own
  };
  /// Listens; throws an Error with the reason if it cannot. `body` must outlive it.
  RobotServer(const RobotConfig& config, RobotBody& body, Options options);
  ~RobotServer();

  const std::string& address() const { return link_->address(); }
  const std::string& stop_address() const { return stop_->address(); }
  const RobotLinkCounters& link_counters() const { return link_->counters(); }

  /// Serves until go_on returns false; it is called at each tick. The robot is then commanded to its safe state, and to
  /// rest. Rethrows an error of another thread once the robot is safe.
  void run(const std::function<bool()>& go_on);

  /// From any thread, and from a signal handler: the robot stops at its next tick; after that it may be armed again.
  void emergency_stop() noexcept { emergency_.press(); }
  void release_emergency_stop() noexcept { emergency_.release(); }
  /// As of the last tick.
  bool in_emergency() const { return emergency_.is_latched(); }

  /// As of the last tick; from any thread.
  Mode mode() const { return mode_; }

  /// How late the ticks of run() were, and which real-time features are permitted.
  const LatencyHistogram& lateness() const { return lateness_; }
  uint64_t skipped_ticks() const { return skipped_; }
  const std::string& real_time_report() const { return real_time_report_; }

 private:
  RobotLink::Options secured(RobotLink::Options link) const;
  void become_real_time();
  void serve_link();
  void serve_cameras();
  void tick(double now);
  void fail_with(std::exception_ptr error);

  RobotConfig config_;
  RobotBody& body_;
  Options options_;
  RobotControl control_;
  RobotExchange exchange_;
  Mailbox<OutgoingObservation> to_cameras_;
  WakeUp wake_cameras_;
  bool has_cameras_ = false;
  EmergencySwitch emergency_;
  GuardedContext context_;
  std::unique_ptr<RobotLink> link_;
  std::unique_ptr<StopServer> stop_;
  LatencyHistogram lateness_;
  std::atomic<uint64_t> skipped_{0};
  std::atomic<Mode> mode_{Mode::unconfigured};
  std::string real_time_report_;
  std::atomic<bool> ending_{false}, failed_{false};
  std::mutex error_mutex_;    // for writers of error_
  std::exception_ptr error_;  // valid once failed_ is set; the first error
  std::thread link_thread_, camera_thread_;
};

}  // namespace sinew

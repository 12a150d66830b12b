#pragma once
#include <array>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/latency_profile.h"
#include "core/random.h"
#include "robots/control/robot_control.h"
#include "robots/control/sent_observation.h"
#include "robots/link/connection_bound.h"
#include "robots/link/delay_line.h"
#include "robots/link/link_socket.h"
#include "robots/link/mailbox.h"
#include "robots/link/refusal_log.h"
#include "robots/protocol/messages.h"
#include "robots/recording/ring.h"

namespace sinew {

/// An observation that the robot sends, with its frames.
struct OutgoingObservation {
  RobotObservation observation;
  std::vector<std::string> images;
};

/// The channels between the link's thread and the control thread. Neither waits for the other.
struct RobotExchange {
  Mailbox<ArrivedAction> actions;             // link → control
  Ring<RobotRequest> requests{64};            // link → control
  Mailbox<OutgoingObservation> observations;  // control, or with cameras the camera thread → link
  std::atomic<bool> overwhelmed{false};       // link → control: the ring is full; the controller that sends so many
                                              // requests is released
  Doorbell bell;                              // of the link
};

/// The link's counters.
struct RobotLinkCounters {
  std::atomic<uint64_t> observations{0}, actions{0};  // sent; received from the controller
  std::atomic<uint64_t> arrived{0};                   // of these, actions that a simulated link did not lose
  std::atomic<uint64_t> overtaken{0};                 // of those, actions that arrived after a newer one, or twice
  std::atomic<uint64_t> misdated{0};   // of those, actions without the stamp of the observation that they answer
  std::atomic<uint64_t> dropped{0};    // observations that the controller was too slow for
  std::atomic<uint64_t> foreign{0};    // messages from peers other than the controller
  std::atomic<uint64_t> malformed{0};  // messages that are invalid or too large
};

/// The robot's end of the link without its threads: sockets, handshake, the controller's identity and liveness.
class RobotLink {
 public:
  struct Options {
    SecureSocket secure = {};
    std::optional<LatencyProfile> delays;                 // for a simulated robot: each message is delayed by a drawn
                                                          // time
    uint64_t seed = 1;                                    // of these delays
    std::function<void(const std::string&)> on_event;     // in the link's thread, or the authenticator's
    std::function<void(const ArrivedAction&)> on_action;  // in the link's thread, as the action is passed to the
                                                          // control thread
    ObservationTap on_observation = {};                   // in the link's thread: for a recorder
  };
  /// Listens; throws an Error with the reason if it cannot.
  RobotLink(const LinkContext& context, const RobotConfig& config, Welcome welcome, RobotExchange& exchange,
            Options options);

  const std::string& address() const { return address_; }
  const RobotLinkCounters& counters() const { return counters_; }

  /// Waits briefly for messages or the bell, and does what is due.
  void step();

 private:
  using Frames = std::vector<std::string>;

  void receive_messages(double now);
  void handle(const std::string& sender, Message& message, double now);
  void handle_hello(const std::string& sender, const Hello& hello);
  void refuse(const std::string& sender, const std::string& policy, const std::string& why);
  void handle_request(Message& message, double now);
  void take_action(RobotAction& message, double now);
  std::string stamp_fault(const ArrivedAction& action) const;
  void deliver(const ArrivedAction& action);
  void send_observation(double now);
  void report(const RobotObservation& observation);
  void report_refusals(const RobotObservation& observation, double now);
  std::string reason_of(const RobotObservation& observation) const;
  void refuse_action(const std::string& why, double now, uint64_t times = 1);
  void acknowledge();
  void check_controller(double now);
  void watch_connections();
  void lose_connection(const std::string& why);
  void let_go();
  void disconnect(const std::string& why);
  void ask(RobotRequest request);
  void reply(const Message& message);
  void reply_to(const std::string& receiver, const Message& message);
  bool send(const std::vector<std::string>& frames, const std::string& receiver);
  void tell(const std::string& event) const;
  void say(const std::string& event);

  RobotConfig config_;
  Welcome welcome_;
  RobotExchange& exchange_;
  Options options_;
  LinkSocket socket_;
  std::string address_;
  ConnectionBound bound_;
  RobotLinkCounters counters_;
  std::string controller_, policy_, policy_hash_;  // routing id, the policy's name and hash; empty: no controller
  double heard_at_ = 0;
  std::string why_stopped_, why_disconnected_;
  RefusalLog said_{1};                             // for everything that a peer may cause as often as it likes
  RefusalLog actions_refused_;                     // counts since the last obeyed action
  std::array<uint64_t, refusal_count> refused_{};  // by the gate, as known so far
  uint64_t session_seen_ = 0, obeyed_ = 0;         // of the last observation
  int connection_ = -1;                            // of the controller: its descriptor
  bool is_cut_ = false;                            // that connection is lost, and it has not greeted since
  bool in_emergency_ = false;                      // as of the last observation
  uint64_t arm_refused_ = 0;
  uint64_t session_ = 0, delivered_ = 0;  // last requested; the greatest sequence of its actions so far
  Mode mode_ = Mode::unconfigured;
  std::vector<ActuatorLimits> limits_;
  Rng rng_;
  struct Stamp {
    uint64_t sequence = 0;
    double stamp = 0;
  };
  std::vector<Stamp> stamps_;  // of the last observations, by sequence modulo their number
  DelayLine<ArrivedAction> actions_;
  DelayLine<Frames> observations_;
  Frames frames_;
};

}  // namespace sinew

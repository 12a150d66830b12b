#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "robots/control/policy_input.h"
#include "robots/control/real_time.h"
#include "robots/link/latency_histogram.h"
#include "robots/link/link_socket.h"
#include "robots/link/mailbox.h"
#include "robots/link/refusal_log.h"
#include "robots/protocol/clock_offset.h"
#include "robots/protocol/messages.h"
#include "robots/recording/ring.h"

namespace sinew {

/// Through which the link's thread, the control thread and whoever watches speak.
struct PolicyExchange {
  Mailbox<ArrivedObservation> observations;  // link → control
  WakeUp wake;                               // of the control thread
  Mailbox<PolicyDecision> decisions;         // control → link: to be sent
  Ring<Message> requests{64};                // whoever commands → link: Arm, Acknowledge, Stop
  Doorbell bell;                             // of the link
};

/// What the robot said last, for whoever watches.
struct RobotStatus {
  std::atomic<bool> connected{false};  // the handshake is made, and something was heard within link_timeout
  std::atomic<Mode> mode{Mode::unconfigured};
  std::atomic<Alarm> alarm{Alarm::none};
  std::atomic<uint64_t> session{0}, refused{0}, limited{0};
  std::atomic<uint64_t> last_session{0};  // that it knows of
};

struct PolicyLinkCounters {
  std::atomic<uint64_t> observations{0}, actions{0};  // received; sent
  std::atomic<uint64_t> lost{0};                      // observations that never came
  std::atomic<uint64_t> late{0};      // that came more than half a period later than the one before would say
  std::atomic<uint64_t> dropped{0};   // actions that could not be sent
  std::atomic<uint64_t> unusable{0};  // messages and frames that are none
  std::atomic<uint64_t> reconnections{0};
  std::atomic<uint64_t> same_pictures{0}, flat_pictures{0};  // that are the one before; that have no contrast
};

struct PolicyLinkLatencies {
  LatencyHistogram observation;  // from the robot's stamp to here, by the estimated difference of the clocks
  LatencyHistogram decision;     // from receipt to the action's being sent
  LatencyHistogram action_age;   // from the observation to the action's arrival at the robot, as the robot says
  LatencyHistogram round_trip;   // of heartbeats
  LatencyHistogram images;       // what it takes to decode, process and stack all frames of an observation
};

/// How long things took when an observation came, s.
struct ObservationTimes {
  double received = 0;               // when, by this side's clock
  std::optional<double> delay;       // from the robot's stamp to here, once the clocks' difference is known
  std::optional<double> decode;      // of its images, where it has any
  std::optional<double> round_trip;  // of the last heartbeat
  bool has_new_action_age = false;   // it tells of an action that none before told of
};

/// The policy's end of the link without its threads: socket, handshake, heartbeats, images.
class PolicyLink {
 public:
  struct Options {
    std::string policy_name;  // of its file
    SecureSocket secure = {};
    bool shadow = false;  // sends no action
    std::function<void(const std::string&)> on_event;
    /// Of each that the policy may act on, for a recorder; after that.
    std::function<void(ObservationMessage&&, const ObservationTimes&)> on_observation;
  };
  /// `policy`, of which it takes what it senses and does, must outlive it. Connects; nothing is heard before
  /// shake_hands().
  PolicyLink(const LinkContext& context, const Controller& policy, const RobotConfig& config, PolicyExchange& exchange,
             Options options);

  /// Waits for the robot. Throws an Error when it does not answer within `seconds`, refuses, or does not fit.
  void shake_hands(double seconds);
  const Hello& hello() const { return hello_; }
  const Welcome& welcome() const { return welcome_; }

  /// Waits for messages, or the bell, for a little while, and does what is due. Throws when the robot that answers
  /// after a lost connection is another one.
  void step();

  const RobotStatus& robot() const { return robot_; }
  /// Why the robot stopped last, or what is wrong with it, in its words and ours. From any thread.
  std::string why() const;
  const PolicyLinkCounters& counters() const { return counters_; }
  const PolicyLinkLatencies& latencies() const { return latencies_; }

 private:
  bool receive(Message& message);
  void handle(Message& message, double now);
  void take_observation(ObservationMessage& message, double now);
  void count_pictures();
  bool is_of_own_session(const ObservationMessage& message);
  ObservationTimes watch_arrival(const ObservationMessage& message, double now);
  void send_requests();
  void fetch_decision();
  void await_decision();
  void send_decision();
  void notice_loss(double now);
  void keep_alive(double now);
  void greet();
  void note_problem(const std::string& what, const std::string& why, double now);
  void note_why(const ObservationMessage& message);
  void tell(const std::string& event) const;
  void say(const std::string& event);

  const Controller& policy_;
  RobotConfig config_;
  PolicyExchange& exchange_;
  Options options_;
  LinkSocket socket_;
  Hello hello_;
  Welcome welcome_;
  std::unique_ptr<PolicyInput> input_;
  RobotStatus robot_;
  PolicyLinkCounters counters_;
  PolicyLinkLatencies latencies_;
  ClockOffset clock_;
  std::vector<std::string> frames_;
  uint64_t disconnections_ = 0, last_sequence_ = 0;
  bool has_decision_ = false;  // that is still to be sent
  double thinking_ = 1;        // s that the policy takes lately
  double heard_at_ = 0, greeted_at_ = 0, reconnected_at_ = 0, beat_at_ = 0, last_observation_ = 0;
  uint64_t last_action_ = 0, session_seen_ = 0;
  // The sessions that this side asked for and that may be the robot's: an arm that comes to an armed robot changes
  // nothing.
  uint64_t first_asked_ = 0, last_asked_ = 0;
  int n_of_others_ = 0;         // observations in a row from sessions that were not asked for
  std::string not_understood_;  // the last one
  std::optional<double> round_trip_;
  RefusalLog said_{1};        // of all that a peer may bring about as often as it likes
  RefusalLog problems_;       // why no action was sent; counts since one was
  mutable std::mutex mutex_;  // of why_
  std::string why_;
};

}  // namespace sinew

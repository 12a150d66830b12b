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

/// The channels between the link's thread, the control thread and observers.
struct PolicyExchange {
  Mailbox<ArrivedObservation> observations;  // link → control
  WakeUp wake;                               // of the control thread
  Mailbox<PolicyDecision> decisions;         // control → link: to be sent
  Ring<Message> requests{64};                // commanding thread → link: Arm, Acknowledge, Stop
  Doorbell bell;                             // of the link
};

/// The robot's last reported status, for observers.
struct RobotStatus {
  std::atomic<bool> connected{false};  // the handshake is complete, and a message arrived within link_timeout
  std::atomic<Mode> mode{Mode::unconfigured};
  std::atomic<Alarm> alarm{Alarm::none};
  std::atomic<uint64_t> session{0}, refused{0}, limited{0};
  std::atomic<uint64_t> last_session{0};  // the last one known to the robot
};

struct PolicyLinkCounters {
  std::atomic<uint64_t> observations{0}, actions{0};  // received; sent
  std::atomic<uint64_t> lost{0};                      // observations that never arrived
  std::atomic<uint64_t> late{0};      // observations more than half a period later than the previous one implies
  std::atomic<uint64_t> dropped{0};   // actions that could not be sent
  std::atomic<uint64_t> unusable{0};  // invalid messages and frames
  std::atomic<uint64_t> reconnections{0};
  std::atomic<uint64_t> same_pictures{0}, flat_pictures{0};  // equal to the previous picture; without contrast
};

struct PolicyLinkLatencies {
  LatencyHistogram observation;  // from the robot's stamp to here, by the estimated clock offset
  LatencyHistogram decision;     // from receipt to sending the action
  LatencyHistogram action_age;   // from the observation to the action's arrival at the robot, as the robot reports it
  LatencyHistogram round_trip;   // of heartbeats
  LatencyHistogram images;       // time to decode, process and stack all frames of an observation
};

/// Latencies known when an observation arrived, s.
struct ObservationTimes {
  double received = 0;               // time of receipt, by this side's clock
  std::optional<double> delay;       // from the robot's stamp to here, once the clock offset is known
  std::optional<double> decode;      // of its images, if it has any
  std::optional<double> round_trip;  // of the last heartbeat
  bool has_new_action_age = false;   // it reports an action not reported before
};

/// The policy's end of the link without its threads: socket, handshake, heartbeats, images.
class PolicyLink {
 public:
  struct Options {
    std::string policy_name;  // name of its file
    SecureSocket secure = {};
    bool shadow = false;  // sends no action
    std::function<void(const std::string&)> on_event;
    /// Called for each observation that the policy may act on, after passing it on; for a recorder.
    std::function<void(ObservationMessage&&, const ObservationTimes&)> on_observation;
  };
  /// `policy` supplies the sensors and actions, and must outlive this. Connects; nothing is received before
  /// shake_hands().
  PolicyLink(const LinkContext& context, const Controller& policy, const RobotConfig& config, PolicyExchange& exchange,
             Options options);

  /// Waits for the robot. Throws an Error if it does not answer within `seconds`, refuses, or does not match.
  void shake_hands(double seconds);
  const Hello& hello() const { return hello_; }
  const Welcome& welcome() const { return welcome_; }

  /// Waits briefly for messages or the bell, and does what is due. Throws if a different robot answers after a lost
  /// connection.
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
  bool has_decision_ = false;  // still to be sent
  double thinking_ = 1;        // s, recent duration of the policy
  double heard_at_ = 0, greeted_at_ = 0, reconnected_at_ = 0, beat_at_ = 0, last_observation_ = 0;
  uint64_t last_action_ = 0, session_seen_ = 0;
  // The sessions that this side requested and that may be the robot's: an armed robot ignores an arm request.
  uint64_t first_asked_ = 0, last_asked_ = 0;
  int n_of_others_ = 0;         // observations in a row from sessions that this side did not request
  std::string not_understood_;  // the last one
  std::optional<double> round_trip_;
  RefusalLog said_{1};        // for everything that a peer may cause as often as it likes
  RefusalLog problems_;       // why no action was sent; counts since the last one sent
  mutable std::mutex mutex_;  // guards why_
  std::string why_;
};

}  // namespace sinew

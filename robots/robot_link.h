#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/latency_profile.h"
#include "core/random.h"
#include "robots/delay_line.h"
#include "robots/link_socket.h"
#include "robots/mailbox.h"
#include "robots/messages.h"
#include "robots/ring.h"
#include "robots/robot_control.h"
#include "robots/sent_observation.h"

namespace sinew {

/// A robot's observation on its way out, with its frames.
struct OutgoingObservation {
  RobotObservation observation;
  std::vector<std::string> images;
};

/// Through which the link's thread and the control thread speak. Neither waits for the other.
struct RobotExchange {
  Mailbox<ArrivedAction> actions;             // link → control
  Ring<RobotRequest> requests{64};            // link → control
  Mailbox<OutgoingObservation> observations;  // control, or where there are cameras their thread → link
  std::atomic<bool> emergency{false};           // anybody → control
  std::atomic<uint64_t> emergencies_obeyed{0};  // by the control thread
  Doorbell bell;                              // of the link
};

/// What the link counted.
struct RobotLinkCounters {
  std::atomic<uint64_t> observations{0}, actions{0};  // sent; received from the controller
  std::atomic<uint64_t> arrived{0};    // of these, what a simulated link did not lose on the way
  std::atomic<uint64_t> overtaken{0};  // of those, what came after a newer one, or twice
  std::atomic<uint64_t> dropped{0};    // observations that the controller was too slow for
  std::atomic<uint64_t> foreign{0};    // messages of others than the controller
  std::atomic<uint64_t> malformed{0};  // messages that are none
};

/// The robot's end of the link without its threads: sockets, the handshake, who the controller is and whether it lives.
class RobotLink {
 public:
  struct Options {
    SecureSocket secure = {};
    std::optional<LatencyProfile> delays;  // of a simulated robot: each message comes as late as drawn
    uint64_t seed = 1;                     // of these
    std::function<void(const std::string&)> on_event;        // in the link's thread, or the doorkeeper's
    std::function<void(const ArrivedAction&)> on_action;     // in the link's thread, as it is handed to the control thread
    ObservationTap on_observation = {};                      // likewise: for a recorder
  };
  /// Listens on both addresses; an Error says why it cannot.
  RobotLink(const LinkContext& context, const RobotConfig& config, Welcome welcome, RobotExchange& exchange,
            Options options);

  const std::string& address() const { return address_; }
  const std::string& stop_address() const { return stop_address_; }
  const RobotLinkCounters& counters() const { return counters_; }

  /// Waits for messages, or the bell, for a little while, and does what is due.
  void step();

 private:
  using Frames = std::vector<std::string>;

  void receive_messages(double now);
  void serve_stop();
  void handle(const std::string& sender, Message& message, double now);
  void handle_hello(const std::string& sender, const Hello& hello);
  void refuse(const std::string& sender, const std::string& policy, const std::string& why);
  void handle_request(Message& message, double now);
  void take_action(ActionMessage& message, double now);
  void deliver(const ArrivedAction& action);
  void send_observation(double now);
  void report(const RobotObservation& observation);
  void check_controller(double now);
  void ask(RobotRequest request);
  void reply(const Message& message);
  void reply_to(const std::string& receiver, const Message& message);
  void tell(const std::string& event) const;

  RobotConfig config_;
  Welcome welcome_;
  RobotExchange& exchange_;
  Options options_;
  LinkSocket socket_, stop_socket_;
  std::string address_, stop_address_;
  RobotLinkCounters counters_;
  std::optional<std::string> stopping_;  // why: an emergency stop that is not obeyed yet
  uint64_t obeyed_before_ = 0;
  std::string controller_, policy_, policy_hash_;  // routing id, the policy's name and hash; empty: nobody
  double heard_at_ = 0, refused_at_ = 0;
  uint64_t arm_refused_ = 0;
  uint64_t session_ = 0, delivered_ = 0;  // asked for last, and the greatest sequence of its actions so far
  Mode mode_ = Mode::unconfigured;
  std::vector<ActuatorLimits> limits_;
  Rng rng_;
  DelayLine<ArrivedAction> actions_;
  DelayLine<Frames> observations_;
  Frames frames_;
};

}  // namespace sinew

#include "robots/link/policy_client.h"

#include <algorithm>

#include "core/clock.h"

namespace sinew {
namespace {

std::shared_ptr<LinkContext> context_of(const PolicyClient::Options& options) {
  return options.context ? options.context
                         : std::make_shared<LinkContext>(options.real_time ? policy_link_priority : 0);
}

}  // namespace

PolicyClient::PolicyClient(const ControllerFactory& controllers, const RobotConfig& config, Options options)
    : config_(config),
      options_(std::move(options)),
      control_(controllers, config),
      exchange_{.observations = Mailbox<ArrivedObservation>(control_.empty_observation()),
                .decisions = Mailbox<PolicyDecision>(control_.empty_decision())},
      context_(context_of(options_)),
      link_(*context_, control_.controller(), config, exchange_, options_.link) {
  link_.shake_hands(options_.connect_timeout);
  if (options_.on_welcome) options_.on_welcome(link_.hello(), link_.welcome(), control_.empty_decision());
  link_thread_ = std::thread([this] { serve_link(); });
  control_thread_ = std::thread([this] { control(); });
}

PolicyClient::~PolicyClient() {
  ending_ = true;
  exchange_.bell.ring();
  exchange_.wake.notify();
  link_thread_.join();
  control_thread_.join();
}

void PolicyClient::fail_with(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  if (!failed_) error_ = error;
  failed_ = true;
}

void PolicyClient::check() {
  if (!failed_) return;
  const std::lock_guard lock(mutex_);
  std::rethrow_exception(error_);
}

std::string PolicyClient::real_time_report() const {
  const std::lock_guard lock(mutex_);
  return real_time_report_;
}

void PolicyClient::serve_link() {
  if (options_.real_time) make_thread_real_time(policy_link_priority);
  try {
    while (!ending_) link_.step();
  } catch (...) {
    fail_with(std::current_exception());
  }
}

void PolicyClient::control() {
  try {
    {
      const std::string report =
          options_.real_time ? make_thread_real_time(policy_control_priority).text : "not asked for";
      const std::lock_guard lock(mutex_);
      real_time_report_ = report;
    }
    while (!ending_) {
      if (!exchange_.wake.wait_until(now_seconds() + config_.watchdog)) ++timeouts_;
      if (!exchange_.observations.fetch()) continue;
      PolicyDecision& decision = exchange_.decisions.back();
      control_.act(exchange_.observations.front(), now_seconds(), decision);
      decision.decided = now_seconds();
      refused_ = control_.counters().total_refused();
      limited_ += decision.limited;
      if (options_.on_decision) options_.on_decision(decision);
      exchange_.decisions.publish();
      exchange_.bell.ring();
      if (options_.after_decision) options_.after_decision();
    }
  } catch (...) {
    fail_with(std::current_exception());
  }
}

void PolicyClient::ask(const Message& request) {
  if (!exchange_.requests.push(request)) fail("the link does not take requests; is the computer overloaded?");
  exchange_.bell.ring();
}

void PolicyClient::arm() {
  session_ = std::max(session_, robot().last_session.load()) + 1;
  ask(Arm{session_});
}
void PolicyClient::acknowledge() { ask(Acknowledge{}); }
void PolicyClient::stop(const std::string& why) { ask(Stop{why}); }

}  // namespace sinew

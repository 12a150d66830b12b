#include "robots/link/robot_server.h"

#include <algorithm>

#include "core/clock.h"
#include "robots/protocol/handshake.h"

namespace sinew {
namespace {

std::shared_ptr<LinkContext> context_of(const RobotServer::Options& options) {
  return options.context ? options.context : std::make_shared<LinkContext>(options.real_time ? robot_link_priority : 0);
}

}  // namespace

RobotServer::RobotServer(const RobotConfig& config, RobotBody& body, Options options)
    : config_(config),
      body_(body),
      options_(std::move(options)),
      control_(config, body),
      exchange_{
          .actions = Mailbox<ArrivedAction>(ArrivedAction{{.values = std::vector<double>(config.actuators.size())}}),
          .observations = Mailbox<OutgoingObservation>({control_.empty_observation(), {}})},
      to_cameras_({control_.empty_observation(), {}}),
      has_cameras_(std::ranges::any_of(body.sensors(), &SensorSpec::is_image)),
      context_(context_of(options_), options_.security, options_.link.on_event),
      link_(std::make_unique<RobotLink>(context_.get(), config, make_welcome(config, body.sensors()), exchange_,
                                        secured(options_.link))),
      stop_(std::make_unique<StopServer>(
          config.stop_address, emergency_,
          StopServer::Options{
              .security = options_.security, .on_event = options_.link.on_event, .real_time = options_.real_time})) {
  link_thread_ = std::thread([this] { serve_link(); });
  if (has_cameras_) camera_thread_ = std::thread([this] { serve_cameras(); });
}

RobotLink::Options RobotServer::secured(RobotLink::Options link) const {
  link.secure = context_.secure();
  return link;
}

RobotServer::~RobotServer() {
  ending_ = true;
  exchange_.bell.ring();
  wake_cameras_.notify();
  link_thread_.join();
  if (camera_thread_.joinable()) camera_thread_.join();
}

// Only the control thread may end the loop, and it ends with the robot in its safe state.
void RobotServer::fail_with(std::exception_ptr error) {
  {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = error;
  }
  failed_ = true;
  emergency_.press();
}

void RobotServer::serve_link() {
  if (options_.real_time) make_thread_real_time(robot_link_priority);
  try {
    while (!ending_) link_->step();
  } catch (...) {
    fail_with(std::current_exception());
  }
}

void RobotServer::serve_cameras() {
  try {
    while (!ending_) {
      wake_cameras_.wait_until(now_seconds() + 0.1);
      if (!to_cameras_.fetch()) continue;
      OutgoingObservation& out = exchange_.observations.back();
      out.observation = to_cameras_.front().observation;
      body_.take_images(out.observation.scene, out.images);
      exchange_.observations.publish();
      exchange_.bell.ring();
    }
  } catch (...) {
    fail_with(std::current_exception());
  }
}

void RobotServer::become_real_time() {
  if (!options_.real_time) {
    real_time_report_ = "not asked for";
    return;
  }
  const RealTimeReport scheduling = make_thread_real_time(robot_control_priority), memory = lock_memory();
  real_time_report_ = scheduling.text + "; memory: " + memory.text;
}

void RobotServer::tick(double now) {
  while (const RobotRequest* request = exchange_.requests.front()) {
    control_.handle(*request, now);
    exchange_.requests.pop();
  }
  if (exchange_.overwhelmed.exchange(false)) control_.handle({RobotRequest::Kind::disconnect}, now);
  const bool has_news = exchange_.actions.fetch();
  const EmergencySwitch::Orders orders = emergency_.take();
  if (orders.release) control_.handle({RobotRequest::Kind::release}, now);
  control_.tick(now, has_news ? &exchange_.actions.front() : nullptr, orders.stop);
  mode_ = control_.mode();
  emergency_.done(orders, control_.in_emergency());
  if (!control_.observation_is_due()) return;
  if (has_cameras_) {
    control_.observe(to_cameras_.back().observation);
    to_cameras_.publish();
    wake_cameras_.notify();
  } else {
    control_.observe(exchange_.observations.back().observation);
    exchange_.observations.publish();
    exchange_.bell.ring();
  }
}

void RobotServer::run(const std::function<bool()>& go_on) {
  become_real_time();
  control_.tick(now_seconds(), nullptr, false);  // measures, so that the robot can be armed as soon as this is
                                                 // requested
  DeadlineLoop loop(config_.tick());
  while (!failed_ && go_on()) {
    lateness_.add(loop.wait());
    skipped_ = loop.skipped();
    tick(now_seconds());
    if (options_.after_tick) options_.after_tick();
  }
  control_.handle({RobotRequest::Kind::stop}, now_seconds());
  control_.tick(now_seconds(), nullptr, failed_);
  mode_ = control_.mode();
  body_.rest();
  if (failed_) std::rethrow_exception(error_);
}

}  // namespace sinew

#include "robots/link/adapted_robot.h"

#include <string_view>

namespace sinew {
namespace {

std::unique_ptr<RobotBody> make_body(const RobotConfig& config, const AdapterTable& adapters,
                                     const AdapterEvents& on_event) {
  return with_context(fmt::format("the robot '{}'", config.robot), [&] {
    const Adapter& adapter = adapters.find(config.adapter);
    check_accepted(adapter, config.accept);
    return adapter.make(config, on_event);
  });
}

// The emergency stop must not have a second address that users do not know.
constexpr const char* whose_stop =
    "If the robot itself listens there, as 'sinew robot --adapter' does, set `robot_has_stop: true` in its file.";

RobotConfig with_address(RobotConfig config, const std::string& address, const std::string& stop_address) {
  config.address = address;
  config.stop_address = stop_address;
  return config;
}

}  // namespace

AdaptedRobot::AdaptedRobot(const RobotConfig& config, const AdapterTable& adapters, Options options)
    : config_(with_address(config, "inproc://sinew.link",
                           config.robot_has_stop ? "inproc://sinew.stop" : config.stop_address)),
      options_(std::move(options)),
      context_(std::make_shared<LinkContext>(options_.real_time ? robot_link_priority : 0)) {
  if (config.address != RobotConfig{}.address)
    fail("address: {} is for our own protocol; the addresses of the adapter '{}' stand under `wire`", config.address,
         config.adapter);
  if (!options_.on_event) options_.on_event = [](const std::string&) {};
  body_ = make_body(config_, adapters, options_.on_event);
  try {
    server_ = std::make_unique<RobotServer>(config_, *body_,
                                            RobotServer::Options{.link = {.on_event = options_.on_event},
                                                                 .security = robot_security(config_, options_.keys),
                                                                 .real_time = options_.real_time,
                                                                 .context = context_});
  } catch (const Error& error) {
    if (config.robot_has_stop || !std::string_view(error.what()).starts_with("cannot listen on")) throw;
    throw Error(fmt::format("{}. {}", error.what(), whose_stop), error.fault());
  }
  config_ =
      with_address(config_, server_->address(), config.robot_has_stop ? config.stop_address : server_->stop_address());
  thread_ = std::thread([this] { serve(); });
}

AdaptedRobot::~AdaptedRobot() {
  go_on_ = false;
  thread_.join();
}

void AdaptedRobot::serve() {
  try {
    server_->run([this] { return go_on_.load(); });
  } catch (...) {
    error_ = std::current_exception();
    failed_ = true;
  }
}

void AdaptedRobot::check() {
  if (failed_) std::rethrow_exception(error_);
}

}  // namespace sinew

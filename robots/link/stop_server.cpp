#include "robots/link/stop_server.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "core/text.h"
#include "robots/control/real_time.h"
#include "robots/protocol/messages.h"

namespace sinew {
namespace {

constexpr int64_t most_stop_bytes = 1 << 14;  // of a frame
constexpr size_t most_askers = 4096;          // that wait for their answers; further messages wait in the socket
constexpr double longest_stop_wait = 0.01, longest_at_once = 0.001, shortest_silence = 10;  // s; the last: between
                                                                                            // reports on connections

// The frames before the message itself: the router's own, and those up to an empty one, if there is one (a REQ sends
// one).
size_t envelope_size(const std::vector<std::string>& frames) {
  const auto empty = std::ranges::find_if(frames.begin() + 1, frames.end(), &std::string::empty);
  return empty == frames.end() ? 1 : static_cast<size_t>(empty - frames.begin()) + 1;
}

}  // namespace

StopServer::StopServer(const std::string& address, EmergencySwitch& emergency, Options options)
    : emergency_(emergency),
      options_(std::move(options)),
      context_(std::make_shared<LinkContext>(options_.real_time ? stop_priority : 0), options_.security,
               options_.on_event),
      socket_(context_.get(), LinkSocket::Kind::router,
              {.queue = 2, .incoming = 2, .most_bytes = most_stop_bytes, .secure = context_.secure()}),
      address_(socket_.bind(address)),
      bound_(address_) {
  thread_ = std::thread([this] { serve(); });
}

StopServer::~StopServer() {
  ending_ = true;
  thread_.join();
}

// A robot that cannot be stopped over its socket must not move.
void StopServer::serve() {
  if (options_.real_time) make_thread_real_time(stop_priority);
  while (!ending_) {
    try {
      step();
    } catch (const std::exception& error) {
      emergency_.press();
      if (options_.on_event)
        options_.on_event(fmt::format("the emergency stop's socket has failed, so the robot stops: {}", error.what()));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

void StopServer::step() {
  LinkSocket* sockets[] = {&socket_};
  wait_for(sockets, nobody_, askers_.empty() ? longest_stop_wait : longest_at_once);
  take_messages();
  std::erase_if(askers_, [this](const Asker& asker) {
    if (emergency_.obeyed() < asker.ticket) return false;
    answer(asker);
    return true;
  });
  watch_connections();
  for (const std::string& event : std::exchange(unsaid_, {}))
    if (options_.on_event) options_.on_event(event);
}

void StopServer::take_messages() {
  for (const double until = now_seconds() + longest_at_once;
       askers_.size() < most_askers && now_seconds() < until && socket_.receive(frames_);) {
    bound_.heard(socket_.source());
    heed(frames_);
  }
}

void StopServer::heed(std::vector<std::string>& frames) {
  const size_t size = envelope_size(frames);
  Asker asker{.envelope = {frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(size)}};
  asker.why = "no reason given";
  try {
    socket_.check_size();
    const std::vector<std::string_view> views(frames.begin() + static_cast<std::ptrdiff_t>(size), frames.end());
    const Message message = decode(views);
    if (const Stop* stop = std::get_if<Stop>(&message)) asker.why = shortened(stop->why, 200);
    if (const Release* wish = std::get_if<Release>(&message)) {
      asker.why = shortened(wish->why, 200);
      return release(asker);
    }
  } catch (const Error&) {  // a peer wants to stop the robot, however malformed the message
  }
  asker.ticket = press(asker.why);
  askers_.push_back(std::move(asker));
}

uint64_t StopServer::press(const std::string& why) {
  const bool is_pressed = emergency_.is_latched() || emergency_.obeyed() < pressed_;
  if (!is_pressed) unsaid_.push_back("emergency stop: " + why);
  return pressed_ = emergency_.press();
}

void StopServer::release(Asker& asker) {
  asker.releases = true;
  if (emergency_.is_latched()) {
    asker.ticket = emergency_.release();
    unsaid_.push_back("the emergency stop is released: " + asker.why);
  }
  askers_.push_back(std::move(asker));
}

// A ticket of 0 means that there was nothing to release.
void StopServer::answer(const Asker& asker) {
  Message message = Stop{asker.why};
  if (asker.releases) message = Release{asker.why};
  if (asker.releases && asker.ticket == 0) message = Refused{"the robot is not in an emergency stop"};
  if (asker.releases && asker.ticket > 0 && emergency_.is_latched())
    message = Refused{"it was pressed again meanwhile"};
  std::vector<std::string> frames = asker.envelope;
  std::ranges::move(encode(message), std::back_inserter(frames));
  socket_.send(frames);
}

void StopServer::watch_connections() {
  const std::string done = bound_.keep();
  if (done.empty() || now_seconds() - told_at_ < shortest_silence) return;
  told_at_ = now_seconds();
  unsaid_.push_back("at the emergency stop " + done);
}

}  // namespace sinew

#include "apps/stream_session_internal.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "apps/stop_signal.h"
#include "apps/stream_status_internal.h"
#include "core/clock.h"

namespace sinew {
namespace {

constexpr auto interval = std::chrono::milliseconds(20);
constexpr double longest_arming = 2, longest_stopping = 1, show_interval = 0.5;  // s

// A line that was typed, if one was.
std::optional<std::string> typed_line() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (::poll(&input, 1, 0) <= 0 || !(input.revents & POLLIN)) return {};
  char bytes[256];
  const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (count <= 0) return {};
  std::string line(bytes, static_cast<size_t>(count));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

}  // namespace

StreamSession::StreamSession(PolicyClient& client, LiveLine& line, Options options)
    : client_(client), line_(line), options_(std::move(options)) {}

double StreamSession::seconds() const { return now_seconds() - begun_; }

bool StreamSession::is_over() const {
  return stop_requested() || !failure_.empty() || (options_.seconds > 0 && seconds() >= options_.seconds);
}

void StreamSession::run() {
  begun_ = now_seconds();
  if (options_.arm)
    want_to_arm(options_.acknowledge);
  else if (!options_.shadow)
    line_.print("type arm and press Enter to arm the robot; Ctrl-C ends");
  while (!is_over()) {
    std::this_thread::sleep_for(interval);
    client_.check();
    if (options_.check) options_.check();
    if (const auto typed = typed_line()) heed(*typed);
    watch_robot();
    show();
  }
  end();
}

void StreamSession::want_to_arm(bool acknowledge) {
  asked_at_ = now_seconds();
  wants_to_arm_ = true;
  may_acknowledge_ = acknowledge;
  acknowledged_ = false;
}

// "arm" arms; whatever is typed while the robot is armed stops it.
void StreamSession::heed(const std::string& typed) {
  if (options_.shadow) return line_.print("--shadow sends nothing to the robot; Ctrl-C ends");
  if (client_.robot().mode == Mode::armed) {
    options_.tell("stopped at the keyboard");
    client_.stop("stopped at the keyboard");
  } else if (typed == "arm") {
    want_to_arm(true);
  } else {
    line_.print("type arm and press Enter to arm the robot; while it is armed, Enter stops it");
  }
}

void StreamSession::watch_robot() {
  const Mode mode = client_.robot().mode;
  if (wants_to_arm_) arm_if_possible(mode);
  if (asked_at_ > 0 && mode != Mode::armed && now_seconds() - asked_at_ > longest_arming) {
    wants_to_arm_ = false;
    asked_at_ = 0;
    ask_again(fmt::format("the robot was not armed within {} s", longest_arming));
  }
  if (mode != mode_) note_change(std::exchange(mode_, mode), mode);
}

// One that is stopped is acknowledged first, by somebody who knows of it. That the operator ended the last session is
// no news.
void StreamSession::arm_if_possible(Mode mode) {
  if (mode == Mode::inactive) {
    client_.arm();
    wants_to_arm_ = false;
  }
  if (mode != Mode::stopped || acknowledged_) return;
  const Alarm alarm = client_.robot().alarm;
  if (may_acknowledge_ || alarm == Alarm::operator_stop) {
    client_.acknowledge();
    acknowledged_ = true;
    return;
  }
  wants_to_arm_ = false;
  asked_at_ = 0;
  ask_again(fmt::format("the robot is stopped, and nobody has acknowledged that: {}", name_of(alarm)),
            "; see to it, then arm it with --acknowledge --arm");
}

void StreamSession::note_change(Mode before, Mode now) {
  const auto is = [&](const char* what) {
    return fmt::format("the robot {}: {}", what, name_of(client_.robot().alarm));
  };
  // It may be armed, and stop, between two looks.
  const bool is_asked_to_arm = asked_at_ > 0 && !wants_to_arm_;
  if (now == Mode::armed) {
    asked_at_ = 0;
    options_.tell(fmt::format("armed, session {}", client_.robot().session));
    if (options_.has_keyboard) line_.print("Enter stops the robot");
  } else if (before == Mode::armed || (now == Mode::stopped && is_asked_to_arm)) {
    asked_at_ = 0;
    ask_again(now == Mode::stopped ? is("stopped") : "the robot is no longer armed: did its side begin anew?");
  } else if (now == Mode::stopped && !options_.arm) {
    options_.tell(is("is stopped"));
  }
}

// Where nobody is there to be asked, the session is over.
void StreamSession::ask_again(const std::string& why, const std::string& advice) {
  options_.tell(why);
  if (options_.has_keyboard)
    line_.print("type arm and press Enter to acknowledge that, and to arm the robot");
  else
    failure_ = why + advice;
}

void StreamSession::show() {
  if (now_seconds() - shown_at_ < show_interval) return;
  const uint64_t count = client_.counters().observations;
  const double rate = shown_at_ > 0 ? static_cast<double>(count - shown_count_) / (now_seconds() - shown_at_) : 0;
  if (shown_at_ > 0) line_.show(status_line(client_, rate));
  shown_at_ = now_seconds();
  shown_count_ = count;
}

// The robot is told, and its answer awaited; one that does not answer stops by its own watchdog.
void StreamSession::end() {
  if (options_.shadow || client_.robot().mode != Mode::armed) return;
  options_.tell("the session ends");
  client_.stop("the session ends");
  const double deadline = now_seconds() + longest_stopping;
  while (client_.robot().mode == Mode::armed && now_seconds() < deadline) std::this_thread::sleep_for(interval);
  if (client_.robot().mode != Mode::armed)
    options_.tell("the robot stopped");
  else if (failure_.empty())
    failure_ = "the robot did not confirm that it stopped; see to it that it does, as it should by its own watchdog";
}

}  // namespace sinew

#include "apps/robot/stream_session_internal.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "apps/command_line/stop_signal.h"
#include "apps/robot/stream_status_internal.h"
#include "core/clock.h"

namespace sinew {
namespace {

constexpr auto interval = std::chrono::milliseconds(20);
constexpr double longest_arming = 2, longest_stopping = 1, show_interval = 0.5;  // s

// The line typed at the keyboard, if any.
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
  return stop_requested() || is_done_ || !failure_.empty() || (options_.seconds > 0 && seconds() >= options_.seconds);
}

void StreamSession::run() {
  begun_ = heard_at_ = now_seconds();
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

// "arm" arms the robot; any input while it is armed stops it.
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

// A robot that reconnects is not armed. Waiting for it makes sense only without a time limit and with a user to arm it,
// or in shadow mode.
bool StreamSession::waits_for_robot() const {
  return options_.shadow || (options_.has_keyboard && options_.seconds == 0);
}

void StreamSession::watch_robot() {
  const Mode mode = client_.robot().mode;
  if (client_.robot().connected) heard_at_ = now_seconds();
  if (!waits_for_robot() && now_seconds() - heard_at_ > options_.patience) {
    failure_ = fmt::format("the robot is gone: nothing was heard from it for {:.2g} s", options_.patience);
    return;
  }
  if (wants_to_arm_) arm_if_possible(mode);
  if (asked_at_ > 0 && mode != Mode::armed && now_seconds() - asked_at_ > longest_arming) {
    wants_to_arm_ = false;
    asked_at_ = 0;
    ask_again(fmt::format("the robot was not armed within {} s", longest_arming));
  }
  if (mode != mode_) note_change(std::exchange(mode_, mode), mode);
}

// A stopped robot must first be acknowledged by a user who knows of the stop. A stop because the operator ended the
// last session or its task had ended needs no such user.
void StreamSession::arm_if_possible(Mode mode) {
  if (mode == Mode::inactive) {
    client_.arm();
    wants_to_arm_ = false;
  }
  if (mode != Mode::stopped || acknowledged_) return;
  const Alarm alarm = client_.robot().alarm;
  if (alarm == Alarm::emergency) {
    wants_to_arm_ = false;
    asked_at_ = 0;
    return refuse_to_arm();
  }
  if (may_acknowledge_ || alarm == Alarm::operator_stop || alarm == Alarm::task_ended) {
    client_.acknowledge();
    acknowledged_ = true;
    return;
  }
  wants_to_arm_ = false;
  asked_at_ = 0;
  ask_again(fmt::format("the robot is stopped, and the stop was not acknowledged: {}", reason()),
            "; remove the cause, then arm it with --acknowledge --arm");
}

std::string StreamSession::reason() const {
  const std::string why = client_.why();
  return why.empty() ? name_of(client_.robot().alarm) : why;
}

// Does not arm, even with a user to prompt: the person at the robot may not be the one at this keyboard.
void StreamSession::refuse_to_arm() {
  const std::string why =
      "the robot is in an emergency stop: once the person who pressed it agrees, 'sinew stop --release' with the "
      "robot's file releases it";
  if (!options_.has_keyboard) {
    failure_ = why;
    return;
  }
  options_.tell(why);
  line_.print("then type arm and press Enter");
}

void StreamSession::note_change(Mode before, Mode now) {
  const auto is = [&](const char* what) { return fmt::format("the robot {}: {}", what, reason()); };
  const bool has_ended = now == Mode::stopped && client_.robot().alarm == Alarm::task_ended;
  // It may be armed and stop between two polls.
  const bool is_asked_to_arm = asked_at_ > 0 && !wants_to_arm_;
  if (now == Mode::armed) {
    asked_at_ = 0;
    options_.tell(fmt::format("armed, session {}", client_.robot().session.load()));
    if (options_.has_keyboard) line_.print("Enter stops the robot");
  } else if (before == Mode::armed || (now == Mode::stopped && is_asked_to_arm)) {
    asked_at_ = 0;
    is_done_ = has_ended && !options_.has_keyboard;
    if (is_done_) return options_.tell(reason());
    ask_again(now == Mode::stopped ? is("stopped") : "the robot is no longer armed: did its side restart?");
  } else if (now == Mode::stopped && !options_.arm) {
    options_.tell(is("is stopped"));
  }
}

// Without a user to prompt, the session is over.
void StreamSession::ask_again(const std::string& why, const std::string& advice) {
  options_.tell(why);
  if (!options_.has_keyboard)
    failure_ = why + advice;
  else if (client_.robot().alarm == Alarm::emergency)
    refuse_to_arm();
  else
    line_.print("type arm and press Enter to acknowledge that, and to arm the robot");
}

void StreamSession::show() {
  if (now_seconds() - shown_at_ < show_interval) return;
  const uint64_t count = client_.counters().observations;
  const double rate = shown_at_ > 0 ? static_cast<double>(count - shown_count_) / (now_seconds() - shown_at_) : 0;
  if (shown_at_ > 0) line_.show(status_line(client_, rate));
  shown_at_ = now_seconds();
  shown_count_ = count;
}

// Sends a stop and waits for the robot's answer; a robot that does not answer stops by its own watchdog.
void StreamSession::end() {
  if (options_.shadow || client_.robot().mode != Mode::armed) return;
  options_.tell("the session ends");
  client_.stop("the session ends");
  const double deadline = now_seconds() + longest_stopping;
  while (client_.robot().mode == Mode::armed && now_seconds() < deadline) std::this_thread::sleep_for(interval);
  if (client_.robot().mode != Mode::armed)
    options_.tell("the robot stopped");
  else if (failure_.empty())
    failure_ = "the robot did not confirm that it stopped; make sure that it does: its own watchdog should stop it";
}

}  // namespace sinew

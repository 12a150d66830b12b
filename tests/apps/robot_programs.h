#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>

#include "core/safe_file.h"
#include "robots/protocol/robot_config.h"
#include "robots/recording/recording.h"
#include "tests/apps/program.h"

/// Simulated robots and policies' sides, run as a user runs them.
namespace sinew {

/// Whether the condition comes true within 30 s.
inline bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 3000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

/// A port of this computer, held by a socket of the test.
class Port {
 public:
  explicit Port(int number = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(static_cast<uint16_t>(number));
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  ~Port() { ::close(fd_); }
  /// "tcp://127.0.0.1:" and a port that is free once this object is destroyed.
  std::string take_free_one() {
    socklen_t size = sizeof address_;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
    return "tcp://127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
  }
  bool is_listened_to() const {
    return ::connect(fd_, reinterpret_cast<const sockaddr*>(&address_), sizeof address_) == 0;
  }

 private:
  int fd_;
  sockaddr_in address_{};
};

inline std::string free_address() { return Port().take_free_one(); }
inline bool is_listened_to(const std::string& address) {
  return Port(std::stoi(address.substr(address.rfind(':') + 1))).is_listened_to();
}

/// The events of a recording, even of one still being written: "armed, session 1".
inline std::vector<std::string> events_of(const std::string& recording) {
  std::vector<std::string> events;
  try {
    for (const RecordedEvent& event : read_recording(recording).events) events.push_back(event.text);
  } catch (const Error&) {  // nothing is written yet
  }
  return events;
}
inline bool comes_to_say(const std::string& recording, const std::string& event) {
  return comes_true([&] {
    for (const std::string& one : events_of(recording))
      if (one.starts_with(event)) return true;
    return false;
  });
}

inline std::string replaced(std::string text, const std::string& was, const std::string& is) {
  const size_t place = text.find(was);
  EXPECT_NE(place, std::string::npos) << "'" << was << "' is not in:\n" << text;
  return place == std::string::npos ? text : text.replace(place, was.size(), is);
}

/// The file that `sinew robot` drafts for the pendulum; no process listens at its addresses.
inline const std::string& drafted_robot() {
  static const std::string text = [] {
    const std::string path = testing::TempDir() + "sinew_draft_" + std::to_string(::getpid()) + ".yaml";
    const ChildProcess::Result drafted = run_sinew({"robot", "inverted_pendulum", "--config", path, "--seconds", "0.01",
                                                    "--address", free_address(), "--stop-address", free_address()});
    EXPECT_EQ(drafted.exit_code, 0) << drafted.errors;
    const std::string content = read_file(path);
    std::filesystem::remove(path);
    return content;
  }();
  return text;
}
/// The same file with its own addresses and with time limits that a busy machine can meet.
inline std::string patient_robot() {
  const RobotConfig drafted = read_config<RobotConfig>(ConfigNode::parse_text(drafted_robot(), "draft.yaml"));
  std::string text = replaced(drafted_robot(), drafted.address, free_address());
  text = replaced(text, drafted.stop_address, free_address());
  text = replaced(text, "max_age: 0.1", "max_age: 9");
  text = replaced(text, "watchdog: 0.2", "watchdog: 9");
  return replaced(text, "link_timeout: 0.5", "link_timeout: 1");
}

/// A simulated pendulum; the constructor returns once it listens. The task never terminates, because on a busy machine
/// the pole may fall.
class RobotProgram {
 public:
  /// Its file is FOLDER/robot.yaml; if there is none, patient_robot(). task_changes: additions to the task's YAML.
  explicit RobotProgram(const TemporaryFolder& folder, const std::vector<std::string>& more = {},
                        const std::string& task_changes = "terminate:\n")
      : path_(folder.file("robot.yaml")) {
    if (!std::filesystem::exists(path_)) folder.write("robot.yaml", patient_robot());
    const std::string task = folder.file("pendulum.yaml");
    folder.write("pendulum.yaml",
                 "extends: " SINEW_SOURCE_DIR "/configs/tasks/inverted_pendulum.yaml\n" + task_changes);
    config_ = load_robot_config(path_);
    std::vector<std::string> words = {SINEW_PROGRAM, "robot", task, "--config", path_};
    words.insert(words.end(), more.begin(), more.end());
    program_.emplace(words);
    EXPECT_TRUE(comes_true([&] { return is_listened_to(config_.stop_address); }));
  }
  const std::string& path() const { return path_; }
  const RobotConfig& config() const { return config_; }
  void send_signal(int signal) { program_->send_signal(signal); }
  void kill() { program_.reset(); }
  /// Ends it with Ctrl-C and returns its output.
  ChildProcess::Result end() {
    program_->send_signal(SIGINT);
    return program_->wait();
  }

 private:
  std::string path_;
  RobotConfig config_;
  std::optional<ChildProcess> program_;
};

}  // namespace sinew

#include "tests/robots/child_robot.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

#include "core/error.h"

namespace sinew {
namespace {

constexpr int longest_start = 30000;  // ms: for an interpreter on a busy computer

std::string read_line(int file) {
  std::string line;
  pollfd output{file, POLLIN, 0};
  char byte = 0;
  while (::poll(&output, 1, longest_start) > 0 && ::read(file, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

}  // namespace

ChildRobot::ChildRobot(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  words.insert(words.end(), 2, "tcp://127.0.0.1:*");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) fail_errno("cannot make a pipe", errno);
  pid_ = ::fork();
  if (pid_ < 0) fail_errno("cannot fork", errno);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  read_addresses();
}

void ChildRobot::read_addresses() {
  const std::string line = read_line(output_);
  std::istringstream text(line);
  std::string listens, on;
  if (!(text >> listens >> on >> address_ >> stop_address_) || listens != "listens" || on != "on")
    fail("a robot says '{}' in place of its addresses", line);
}

ChildRobot::~ChildRobot() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(output_);
}

RobotConfig ChildRobot::config(const std::string& path) const {
  RobotConfig config = load_robot_config(path);
  config.address = address_;
  config.stop_address = stop_address_;
  return config;
}

bool ChildRobot::lives() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

}  // namespace sinew

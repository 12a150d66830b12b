#include "bench/peer_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/error.h"

extern char** environ;

namespace sinew::bench {
namespace {

// If two entries have the same name, the later one counts.
std::vector<std::string> with(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;
  for (char** variable = environ; *variable; ++variable) {
    const std::string one = *variable, name = one.substr(0, one.find('=') + 1);
    if (std::ranges::none_of(added, [&](const std::string& other) { return other.starts_with(name); }))
      all.push_back(one);
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

PeerProcess::PeerProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment)
    : name_(command.at(0)) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    fail_errno("cannot make a pair of sockets", errno);
  std::vector<std::string> words = command, variables = with(environment);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const int error =
      ::posix_spawnp(&pid_, name_.c_str(), &actions, nullptr, pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  socket_ = ends[0];
  if (error == 0) return;
  ::close(socket_);
  fail_errno(fmt::format("cannot start '{}'", name_), error);
}

PeerProcess::~PeerProcess() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  ::close(socket_);
}

std::string PeerProcess::ask(const std::string& line) {
  ::kill(pid_, SIGCONT);
  const std::string question = line + "\n";
  size_t end = std::string::npos;
  bool is_there =
      ::send(socket_, question.data(), question.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(question.size());
  while (is_there && (end = rest_.find('\n')) == std::string::npos) {
    char bytes[4096];
    const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EINTR) continue;
    is_there = n > 0;
    if (is_there) rest_.append(bytes, static_cast<size_t>(n));
  }
  if (!is_there) fail("'{}', beside which sinew was to be measured, has ended", name_);
  ::kill(pid_, SIGSTOP);
  std::string answer = rest_.substr(0, end);
  rest_.erase(0, end + 1);
  return answer;
}

}  // namespace sinew::bench

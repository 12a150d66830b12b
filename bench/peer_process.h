#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace sinew::bench {

/// A program that does somebody else's work beside ours, in a process of its own: its allocator, its pools of threads
/// and its settings are what suits it, and nothing of ours changes them. It reads a line, does what that says, and
/// answers with a line. While nobody asks it, it is stopped, so that nothing of it runs beside what is measured then.
class PeerProcess {
 public:
  /// `environment`: "NAME=value", beside what this process has. Throws Error when it cannot be started.
  PeerProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// Throws Error when it has ended; what it said on its way is on standard error.
  std::string ask(const std::string& line);

 private:
  std::string name_;
  pid_t pid_ = -1;
  int socket_ = -1;   // its standard input and output
  std::string rest_;  // of what it has said
};

}  // namespace sinew::bench

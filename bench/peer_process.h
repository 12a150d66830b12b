#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace sinew::bench {

/// A program that runs a peer library's work in a separate process, so that its allocator, thread pools and settings
/// are its own and unaffected by ours. It reads a line, does the work requested, and answers with a line. Between
/// requests it is stopped, so that none of it runs during other measurements.
class PeerProcess {
 public:
  /// `environment`: "NAME=value", added to this process's environment. Throws an Error if it cannot be started.
  PeerProcess(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// Throws an Error if the process has ended; its last output is on standard error.
  std::string ask(const std::string& line);

 private:
  std::string name_;
  pid_t pid_ = -1;
  int socket_ = -1;   // connected to its standard input and output
  std::string rest_;  // received but not yet returned
};

}  // namespace sinew::bench

#pragma once
#include <sys/types.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sinew {

/// A Python program that runs beside a test and is spoken to by lines, killed at the end.
class PythonPeer {
 public:
  /// Whether there is a Python that has these modules.
  static bool has(const std::string& modules);

  /// script: below the tests' folder robots/.
  PythonPeer(const std::string& script, std::vector<std::string> arguments);
  ~PythonPeer();
  PythonPeer(const PythonPeer&) = delete;
  PythonPeer& operator=(const PythonPeer&) = delete;

  /// A line to its standard input.
  void tell(const std::string& line);
  /// All lines that it has printed so far that begin with this word; without it.
  std::vector<std::string> lines(const std::string& word) const;
  /// The first of these, awaited; "" where it does not come within some seconds.
  std::string await(const std::string& word) const;
  /// SIGKILL, SIGSTOP, SIGCONT.
  void signal(int number) const;
  /// Awaits its end: its exit code.
  int wait();

 private:
  void read_all();

  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::thread reader_;
};

}  // namespace sinew

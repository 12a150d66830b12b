#pragma once
#include <sys/types.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sinew {

/// A Python program that runs beside a test and communicates by lines; killed at the end.
class PythonPeer {
 public:
  /// Whether a Python with these modules is installed.
  static bool has(const std::string& modules);

  /// script: below the tests' folder robots/.
  PythonPeer(const std::string& script, std::vector<std::string> arguments);
  ~PythonPeer();
  PythonPeer(const PythonPeer&) = delete;
  PythonPeer& operator=(const PythonPeer&) = delete;

  /// Sends a line to its standard input.
  void tell(const std::string& line);
  /// All lines printed so far that begin with this word, without the word.
  std::vector<std::string> lines(const std::string& word) const;
  /// Waits for the first of these; "" if it does not come within some seconds.
  std::string await(const std::string& word) const;
  /// SIGKILL, SIGSTOP, SIGCONT.
  void signal(int number) const;
  /// Waits for its end and returns its exit code.
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

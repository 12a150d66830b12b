#pragma once
#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace sinew {

/// A child process. This process writes its standard input; its standard output and error are kept in memory until it
/// ends (on request, its errors are passed on to our own). It needs no thread, and neither side can block the other
/// forever: the child writes to memory, and writing to a child that has exited returns an error instead of raising a
/// signal.
class ChildProcess {
 public:
  enum class Errors { kept, passed_on };
  /// Starts argv[0], found in PATH unless it has a slash. Throws Error when it cannot be started.
  explicit ChildProcess(const std::vector<std::string>& argv, Errors errors = Errors::kept);
  /// Kills a child that was not waited for.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// False when the child no longer reads; wait() then gives the reason.
  bool write(std::span<const char> bytes);

  void send_signal(int signal);

  struct Result {
    int exit_code = 0;  // 128 + the signal that ended it
    std::string output, errors;
  };
  /// Closes the child's input and waits until it exits.
  Result wait();

 private:
  int start(const std::vector<std::string>& argv, int child_input);
  void close_files();

  pid_t pid_ = -1;
  int input_ = -1;   // our end of a socket pair
  int output_ = -1;  // memory files
  int errors_ = -1;  // none if they are passed on
};

/// The folder of the running executable.
std::string own_folder();

}  // namespace sinew

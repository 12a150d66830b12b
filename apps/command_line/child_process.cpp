#include "apps/command_line/child_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/error.h"

namespace sinew {
namespace {

std::string content_of(int fd) {
  std::string content;
  char buffer[4096];
  for (ssize_t count; (count = ::pread(fd, buffer, sizeof buffer, static_cast<off_t>(content.size()))) > 0;)
    content.append(buffer, static_cast<size_t>(count));
  return content;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv, Errors errors) {
  // A socket rather than a pipe: sending to a closed one can return an error code instead of raising SIGPIPE.
  // Everything is close-on-exec, so that no other child keeps this one's input open.
  int ends[2] = {-1, -1};
  const bool connected = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
  input_ = ends[0];
  output_ = ::memfd_create("stdout", MFD_CLOEXEC);
  if (errors == Errors::kept) errors_ = ::memfd_create("stderr", MFD_CLOEXEC);
  const bool has_files = output_ >= 0 && (errors_ >= 0 || errors == Errors::passed_on);
  const int error_number = connected && has_files ? start(argv, ends[1]) : errno;
  if (ends[1] >= 0) ::close(ends[1]);
  if (error_number == 0) return;
  close_files();
  fail_errno(fmt::format("cannot start '{}'", argv[0]), error_number);
}

int ChildProcess::start(const std::vector<std::string>& argv, int child_input) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, child_input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output_, STDOUT_FILENO);
  if (errors_ >= 0) ::posix_spawn_file_actions_adddup2(&files, errors_, STDERR_FILENO);
  const int error_number = ::posix_spawnp(&pid_, words[0], &files, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error_number != 0) pid_ = -1;
  return error_number;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_files();
}

void ChildProcess::close_files() {
  for (int* fd : {&input_, &output_, &errors_}) {
    if (*fd >= 0) ::close(*fd);
    *fd = -1;
  }
}

bool ChildProcess::write(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(input_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(sent));
  }
  return true;
}

void ChildProcess::send_signal(int signal) { ::kill(pid_, signal); }

ChildProcess::Result ChildProcess::wait() {
  ::shutdown(input_, SHUT_WR);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  const int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {exit_code, content_of(output_), errors_ >= 0 ? content_of(errors_) : ""};
}

std::string own_folder() {
  std::error_code code;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", code);
  if (code) fail_errno("cannot find this program's own place (/proc/self/exe)", code.value());
  return self.parent_path().string();
}

}  // namespace sinew

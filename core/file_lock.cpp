#include "core/file_lock.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string_view>

#include "core/error.h"

namespace sinew {
namespace {

std::string holder(int fd) {
  char text[512];
  const ssize_t length = ::pread(fd, text, sizeof text, 0);
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : "another process";
}

constexpr std::string_view first_words = "process ";

// The path may lead to another file: a link to a user's file, or another program's lock. Such a file is left unchanged.
bool is_lock(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) return false;
  return status.st_size == 0 || holder(fd).starts_with(first_words);
}

std::string own_name() {
  char host[256] = "this host";
  ::gethostname(host, sizeof host - 1);
  return fmt::format("{}{} on {} since {:%Y-%m-%d %H:%M:%S}", first_words, ::getpid(), host,
                     fmt::localtime(std::time(nullptr)));
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::string& what)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644)) {
  if (fd_ < 0 && errno != ELOOP) fail_errno(fmt::format("cannot lock '{}'", path), errno);
  if (fd_ < 0 || !is_lock(fd_)) {
    if (fd_ >= 0) ::close(fd_);
    fail("cannot lock {}: '{}' is not a lock of sinew's; move it away, or choose another", what, path);
  }
  int result = 0;
  do result = ::flock(fd_, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  if (result != 0) {
    const int error_number = errno;
    const std::string who = holder(fd_);
    ::close(fd_);
    if (error_number == EWOULDBLOCK) fail("{} is in use by {}; stop that one, or choose another", what, who);
    fail_errno(fmt::format("cannot lock '{}'", path), error_number);
  }
  // The holder's name is only for display: a disk too full to store it is no reason to fail here.
  const std::string name = own_name();
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, name.data(), name.size(), 0) < 0) return;
}

FileLock::~FileLock() { ::close(fd_); }

}  // namespace sinew

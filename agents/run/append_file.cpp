#include "agents/run/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.h"

namespace sinew {

AppendFile::AppendFile(std::string path)
    : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (fd_ < 0) fail_errno(fmt::format("cannot write '{}'", path_), errno);
}

AppendFile::AppendFile(std::string path, int64_t bytes)
    : path_(std::move(path)), fd_(::open(path_.c_str(), O_WRONLY | O_CLOEXEC)), size_(bytes) {
  if (fd_ < 0) fail_errno(fmt::format("cannot continue '{}'", path_), errno);
  const int64_t found = ::lseek(fd_, 0, SEEK_END);
  if (found < bytes || ::ftruncate(fd_, bytes) != 0 || ::lseek(fd_, bytes, SEEK_SET) != bytes) {
    const int error_number = errno;
    ::close(fd_);
    if (found >= bytes) fail_errno(fmt::format("cannot continue '{}'", path_), error_number);
    fail(
        "'{}' has {} bytes, but {} when the checkpoint was made: it was changed since; restore it, or move it away, "
        "and a new one is started",
        path_, found, bytes);
  }
}

AppendFile::~AppendFile() { ::close(fd_); }

void AppendFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_errno(fmt::format("cannot write '{}'", path_), errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    size_ += written;
  }
}

void AppendFile::sync() {
  if (::fsync(fd_) != 0) fail_errno(fmt::format("cannot write '{}'", path_), errno);
}

}  // namespace sinew

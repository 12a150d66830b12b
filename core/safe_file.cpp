#include "core/safe_file.h"

#include <fcntl.h>
#include <nettle/sha2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "core/error.h"
#include "core/foreign_file.h"

namespace sinew {
namespace {

// A file descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0644) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  int close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::string read_file(const std::string& path, size_t max_bytes) {
  const File file(path, O_RDONLY);
  if (!file) fail_errno(fmt::format("cannot read '{}'", path), errno);
  struct stat info{};
  if (::fstat(file.fd(), &info) == 0 && S_ISDIR(info.st_mode)) fail("cannot read '{}': it is a folder", path);
  // /dev/zero never ends.
  if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) fail("cannot read '{}': it is a device, not a file", path);
  if (info.st_size > 0 && static_cast<size_t>(info.st_size) > max_bytes)
    fail("cannot read '{}': {} bytes, more than the {} that such a file may have", path, info.st_size, max_bytes);
  std::string content;
  content.reserve(static_cast<size_t>(info.st_size));
  char buffer[1 << 16];
  while (true) {
    const ssize_t count = ::read(file.fd(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_errno(fmt::format("cannot read '{}'", path), errno);
    if (count == 0) break;
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > max_bytes) fail("cannot read '{}': larger than {} bytes", path, max_bytes);
  }
  if (const std::string what = foreign_file(content); !what.empty()) fail("cannot read '{}': {}", path, what);
  return content;
}

namespace {

std::string part_of_file(const std::string& path, size_t begin, size_t most) {
  std::string part(most, '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(begin));
  file.read(part.data(), static_cast<std::streamsize>(most));
  part.resize(static_cast<size_t>(file.gcount()));
  return part;
}

}  // namespace

std::string beginning_of_file(const std::string& path, size_t most) { return part_of_file(path, 0, most); }

std::string end_of_file(const std::string& path, size_t most) {
  std::error_code none;
  const size_t size = std::filesystem::file_size(path, none);
  return none ? "" : part_of_file(path, size - std::min(size, most), most);
}

namespace {

// The descriptor of a file that is already open, such as /dev/stdout or /dev/fd/3. -1: the path is no such file.
int open_already(const std::string& place) {
  for (const std::string_view folder : {"/proc/self/fd/", "/dev/fd/"}) {
    int descriptor = -1;
    if (place.starts_with(folder) &&
        std::from_chars(place.data() + folder.size(), place.data() + place.size(), descriptor).ptr ==
            place.data() + place.size())
      return descriptor;
  }
  return -1;
}

// Whether it is a device or a pipe, which must be written to directly: renaming would replace it.
bool is_stream(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

// A link of another user in a folder that many may write to; fs.protected_symlinks does not follow it, either.
bool is_not_to_be_trusted(const std::filesystem::path& link, const struct stat& info) {
  const std::filesystem::path folder = link.parent_path();
  struct stat of_folder{};
  if (::stat(folder.empty() ? "." : folder.c_str(), &of_folder) != 0) return false;
  const bool is_shared = (of_folder.st_mode & S_ISVTX) && (of_folder.st_mode & S_IWOTH);
  return is_shared && info.st_uid != ::geteuid() && info.st_uid != of_folder.st_uid;
}

// The target of a symbolic link, whether or not it exists; the link itself is kept.
std::string end_of_links(const std::string& path) {
  std::filesystem::path place = path;
  struct stat info{};
  for (int i = 0; ::lstat(place.c_str(), &info) == 0 && S_ISLNK(info.st_mode) && open_already(place.string()) < 0;
       ++i) {
    if (is_not_to_be_trusted(place, info))
      fail("cannot write '{}': '{}' is another user's link; choose another name", path, place.string());
    if (i == 40) fail_errno(fmt::format("cannot write '{}'", path), ELOOP);  // the limit of Linux
    std::error_code none;
    place = place.parent_path() / std::filesystem::read_symlink(place, none);
  }
  return place.string();
}

}  // namespace

void write_file_atomically(const std::string& named, std::string_view content) {
  const std::string path = end_of_links(named);
  const int descriptor = open_already(path);
  if (descriptor >= 0 || is_stream(path)) {
    std::fflush(stdout);  // earlier output goes first
    File file = descriptor >= 0 ? File(::dup(descriptor)) : File(path, O_WRONLY);
    if (!file || !write_all(file.fd(), content) || file.close() != 0)
      fail_errno(fmt::format("cannot write '{}'", path), errno);
    return;
  }
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

AtomicFile::AtomicFile(const std::string& path)
    : path_(end_of_links(path)),
      temporary_(fmt::format("{}.tmp.{}", path_, ::getpid())),
      descriptor_(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (descriptor_ < 0) fail_errno(fmt::format("cannot write '{}'", path_), errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::give_up(int error_number) {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  ::unlink(temporary_.c_str());
  fail_errno(fmt::format("cannot write '{}'", path_), error_number);
}

void AtomicFile::write(std::string_view bytes) {
  if (!write_all(descriptor_, bytes)) give_up(errno);
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) give_up(errno);
  if (const int closed = std::exchange(descriptor_, -1); ::close(closed) != 0) give_up(errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) give_up(errno);
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  with_context(fmt::format("cannot write '{}'", path_), [&] { sync_folder(folder.empty() ? "." : folder); });
}

void sync_folder(const std::string& path) {
  const File directory(path, O_RDONLY | O_DIRECTORY);
  // EINVAL: this file system does not support it.
  if (directory && ::fsync(directory.fd()) != 0 && errno != EINVAL)
    fail_errno(fmt::format("cannot write into the folder '{}'", path), errno);
}

void make_writable_folder(const std::string& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) fail_errno(fmt::format("cannot make the folder '{}'", path), code.value());
  const std::string probe = fmt::format("{}/.probe.{}", path, ::getpid());
  const File file(probe, O_WRONLY | O_CREAT);
  if (!file) fail_errno(fmt::format("cannot write into the folder '{}'", path), errno);
  ::unlink(probe.c_str());
}

struct Sha256::Context {
  sha256_ctx state;
};

Sha256::Sha256() : context_(new Context) { sha256_init(&context_->state); }
Sha256::~Sha256() { delete context_; }

void Sha256::update(const void* data, size_t bytes) {
  sha256_update(&context_->state, bytes, static_cast<const uint8_t*>(data));
}

std::string Sha256::hex_digest() const {
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_ctx state = context_->state;  // a copy: taking the digest resets the state
  sha256_digest(&state, sizeof digest, digest);
  std::string text;
  for (const uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace sinew

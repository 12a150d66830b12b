// A library to preload into `sinew`: it makes one write, sync or rename below a folder fail, or kills the process
// there, and records all of them. Environment variables:
//
//   FAULT_FOLDER  the folder; other files are ignored, and so are its pictures, drawn when training is done
//   FAULT_RECORD  a file that gets a line for each call: "write 120 PATH", "sync 0 PATH", "rename 0 TO"
//   FAULT_AT      the number of the call, from 1
//   FAULT_KIND    fail: only this call fails; full: from here on no write succeeds, as on a full disk;
//                 tear: a write is half done, another call not at all, then the process is killed
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool is_watched(const std::string& path) {
  const std::string folder = setting("FAULT_FOLDER");
  return !folder.empty() && path.starts_with(folder) && path.find(".png") == std::string::npos;
}

std::string path_of(int fd) {
  char path[4096];
  const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  return length > 0 ? std::string(path, static_cast<size_t>(length)) : "";
}

ssize_t real_write(int fd, const void* data, size_t bytes) {
  static auto* const function = next<ssize_t(int, const void*, size_t)>("write");
  return function(fd, data, bytes);
}

void record(const std::string& line) {
  const int fd = ::open(setting("FAULT_RECORD").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  real_write(fd, line.data(), line.size());
  ::close(fd);
}

std::atomic<int> calls{0};

// Makes the call or injects the fault instead. `tear` does half of the call if it can be divided.
template <class Result, class Call, class Tear>
Result visit(const char* what, size_t bytes, const std::string& path, Call&& call, Tear&& tear) {
  if (!is_watched(path)) return call();
  const int number = ++calls;
  const std::string kind = setting("FAULT_KIND");
  const int at = std::atoi(setting("FAULT_AT").c_str());
  const bool is_write = std::strcmp(what, "write") == 0;
  record(std::string(what) + " " + std::to_string(bytes) + " " + path + "\n");
  if (kind == "full" && at > 0 && number >= at && is_write) {
    errno = ENOSPC;
    return -1;
  }
  if (number != at || kind == "full") return call();
  if (kind == "fail") {
    errno = is_write ? ENOSPC : EIO;
    return -1;
  }
  if (kind == "tear") tear();
  ::raise(SIGKILL);
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t bytes) {
  return visit<ssize_t>(
      "write", bytes, path_of(fd), [&] { return real_write(fd, data, bytes); },
      [&] { real_write(fd, data, bytes / 2); });
}

int fsync(int fd) {
  static auto* const function = next<int(int)>("fsync");
  return visit<int>("sync", 0, path_of(fd), [&] { return function(fd); }, [] {});
}

int rename(const char* from, const char* to) noexcept {
  static auto* const function = next<int(const char*, const char*)>("rename");
  return visit<int>("rename", 0, to, [&] { return function(from, to); }, [] {});
}
}

#include "sim/mujoco_messages.h"

#include <cstring>
#include <mutex>

#include "core/error.h"
#include "core/log.h"
#include "sim/compat.h"

namespace sinew {
namespace {

constexpr int64_t most_logged = 5;  // a failing simulation repeats its warnings

std::mutex mutex;
MujocoWarnings warnings;
thread_local bool buffer_full = false;

[[noreturn]] void on_error(const char* message) {
  throw Error(std::string("MuJoCo: ") + message, Error::Fault::system);
}

void on_warning(const char* message) {
  const std::lock_guard lock(mutex);
  ++warnings.count;
  warnings.last = message;
  // A full buffer (3.x: "insufficient arena memory") grows and nothing is lost: there is nothing to report to the user.
  if (std::strstr(message, "full") || std::strstr(message, "arena"))
    buffer_full = true;
  else if (warnings.count <= most_logged)
    log_warning("MuJoCo: {}", message);
}

}  // namespace

void catch_mujoco_messages() {
  static std::once_flag once;
  std::call_once(once, [] {
    mju_user_error = on_error;
    mju_user_warning = on_warning;
  });
}

MujocoWarnings mujoco_warnings() {
  const std::lock_guard lock(mutex);
  return warnings;
}

std::string mujoco_version() { return mj_versionString(); }

bool take_buffer_full() {
  const bool full = buffer_full;
  buffer_full = false;
  return full;
}

}  // namespace sinew

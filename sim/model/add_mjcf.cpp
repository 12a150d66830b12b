#include "sim/model/add_mjcf_internal.h"

#include <fmt/core.h>
#include <mujoco/mjxmacro.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "sim/compat.h"

namespace sinew {
namespace {

/// A file in memory that has a path.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("model as MJCF", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }
  std::string text() const {
    std::string text(static_cast<size_t>(std::max<off_t>(::lseek(fd_, 0, SEEK_END), 0)), '\0');
    return ::pread(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) ? text : "";
  }
  bool replace(const std::string& text) {
    return ::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
  }

 private:
  int fd_;
};

bool same_parts(const mjModel& a, const mjModel& b) {
  return a.nq == b.nq && a.nv == b.nv && a.nu == b.nu && a.na == b.na && a.nbody == b.nbody && a.njnt == b.njnt &&
         a.ngeom == b.ngeom && a.nsite == b.nsite && a.nmesh == b.nmesh && a.nmeshvert == b.nmeshvert &&
         a.nmat == b.nmat && a.ntendon == b.ntendon && a.nsensor == b.nsensor;
}

// MJCF stores only six digits of a number, so the exact numbers are copied from the model that was written.
void copy_numbers(const mjModel& from, mjModel& to) {
  to.opt = from.opt;
  to.vis = from.vis;
  to.stat = from.stat;
  const mjModel* m = &from;
  MJMODEL_POINTERS_PREAMBLE(m)
#define X(type, name, rows, columns)                                         \
  if constexpr (std::is_floating_point_v<type>)                              \
    if (!std::string_view(#name).starts_with("eq_") && from.rows == to.rows) \
      std::memcpy(to.name, from.name, sizeof(type) * static_cast<size_t>(from.rows * (columns)));
  MJMODEL_POINTERS
#undef X
}

}  // namespace

mjModel_* add_mjcf(const mjModel_& model, const std::string& mjcf, char* error, int error_size) {
  const char* end_of_model = "</mujoco>";
  MemoryFile file;
  if (!mj_saveLastXML(file.path().c_str(), &model, error, error_size)) return nullptr;
  std::string text = file.text();
  const size_t end = text.rfind(end_of_model);
  if (end == std::string::npos || !file.replace(text.insert(end, mjcf))) {
    std::snprintf(error, static_cast<size_t>(error_size), "the model cannot be written as MJCF");
    return nullptr;
  }
  mjModel* with = mj_loadXML(file.path().c_str(), nullptr, error, error_size);
  if (!with) return nullptr;
  if (!same_parts(model, *with)) {
    std::snprintf(error, static_cast<size_t>(error_size), "the model changes when it is written as MJCF");
    mj_deleteModel(with);
    return nullptr;
  }
  copy_numbers(model, *with);
  return with;
}

}  // namespace sinew

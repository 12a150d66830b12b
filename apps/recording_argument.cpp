#include "apps/recording_argument.h"

#include <fmt/core.h>

#include <filesystem>

#include "apps/file_argument.h"
#include "core/error.h"

namespace sinew {

void check_recording(const std::optional<std::string>& path) {
  if (path && std::filesystem::exists(*path))
    fail("'{}' is there already, and nothing is overwritten; move it away or choose another name", *path);
  check_output(path);
}

void finish_recording(FlightRecorder& recorder) {
  recorder.finish();
  const std::string why = recorder.failure();
  fmt::print("recording: {}{}\n", recorder.path(),
             !why.empty()              ? "; it ends early: " + why
             : recorder.left_out() > 0 ? fmt::format("; the disk was too slow for {} messages", recorder.left_out())
                                       : "");
}

}  // namespace sinew

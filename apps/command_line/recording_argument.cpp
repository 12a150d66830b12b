#include "apps/command_line/recording_argument.h"

#include <fmt/core.h>

namespace sinew {

void finish_recording(FlightRecorder& recorder) {
  recorder.finish();
  const std::string why = recorder.failure();
  fmt::print("recording: {}{}\n", recorder.path(),
             !why.empty()              ? "; it ends early: " + why
             : recorder.left_out() > 0 ? fmt::format("; the disk was too slow for {} messages", recorder.left_out())
                                       : "");
}

}  // namespace sinew

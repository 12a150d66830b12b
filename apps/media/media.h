#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "apps/command_line/child_process.h"
#include "vision/plot.h"

/// Videos and charts, made by the program `sinew-media` in a separate process: its libraries would cost every other
/// command tens of megabytes and milliseconds.
namespace sinew {

/// sinew-media beside the running executable, else in the checkout's build folder, else from PATH.
std::string media_program();

/// Sent after the last frame of a complete film (`sinew-media video --until-told`). If the frames end without it, the
/// process that made them was stopped, and the film is discarded.
inline constexpr std::string_view film_is_whole = "end";

/// A video being written, frame by frame.
class VideoPipe {
 public:
  /// `path` ends in .mp4; its folder is created if needed. Throws an Error if the child cannot be started.
  VideoPipe(const std::string& path, int width, int height, double frames_per_second,
            const std::string& program = media_program());
  /// A video that was not closed leaves no file.
  ~VideoPipe();

  /// One frame: RGB pixels [height, width, 3], rows from the top.
  void write(std::span<const uint8_t> rgb);
  /// Waits until the file is complete. Throws the Error that the child reported.
  void close();

 private:
  std::string path_;
  size_t frame_bytes_;
  ChildProcess child_;
  bool open_ = true;
};

/// Draws a chart as a PNG file.
void write_plot(const std::string& path, const PlotSpec& plot, const std::string& program = media_program());

}  // namespace sinew

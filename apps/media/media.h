#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "apps/command_line/child_process.h"
#include "vision/plot.h"

/// Videos and charts, made by the program `sinew-media` in a process of its own: the libraries that
/// it needs would cost every other command tens of megabytes and milliseconds.
namespace sinew {

/// sinew-media beside the running executable, else where the checkout was built, else wherever PATH has it.
std::string media_program();

/// What follows the last frame of a film that is whole (`sinew-media video --until-told`). Where the frames end without
/// it, whoever made them was stopped, and the film is thrown away.
inline constexpr std::string_view film_is_whole = "end";

/// A video being written, frame by frame.
class VideoPipe {
 public:
  /// `path` ends in .mp4; its folder is made if need be. Throws Error when the child cannot start.
  VideoPipe(const std::string& path, int width, int height, double frames_per_second,
            const std::string& program = media_program());
  /// A video that was not closed leaves no file.
  ~VideoPipe();

  /// One frame: RGB pixels [height, width, 3], rows from the top.
  void write(std::span<const uint8_t> rgb);
  /// Waits until the file is complete. Throws the child's Error.
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

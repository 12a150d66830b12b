#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sinew {

/// Encodes RGB frames as an mp4 file that browsers play (H.264; MPEG-4 part 2 where FFmpeg has no H.264 encoder). The
/// codecs halve the colour resolution, so the last row or column of an odd height or width is dropped. is_own_mp4
/// recognises the file. The file appears under its name only when it is complete.
class VideoWriter {
 public:
  /// Throws Error for an impossible size or rate, a name that does not end in .mp4, a folder that cannot be written to,
  /// or when there is no encoder.
  VideoWriter(std::string path, int width, int height, double frames_per_second);
  /// An unfinished video leaves no file.
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;

  /// One frame: pixels [height, width, 3], rows from the top.
  void write(std::span<const uint8_t> rgb);
  /// Throws Error when there was no frame or the file could not be completed.
  void finish();

 private:
  struct Encoder;
  std::string path_, temporary_;
  int width_, height_;
  int64_t frames_ = 0;
  std::unique_ptr<Encoder> encoder_;
};

/// "4.6.0", the version of the library in use.
std::string opencv_version();

}  // namespace sinew

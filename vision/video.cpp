#include "vision/video.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "core/error.h"
#include "core/file_name.h"
#include "core/own_mark.h"
#include "core/safe_file.h"

namespace sinew {
namespace fs = std::filesystem;

struct VideoWriter::Encoder {
  cv::VideoWriter writer;
  cv::Mat bgr;
};

VideoWriter::VideoWriter(std::string path, int width, int height, double frames_per_second)
    : path_(std::move(path)), width_(width), height_(height), encoder_(std::make_unique<Encoder>()) {
  if (width < 2 || height < 2 || width > 8192 || height > 8192)
    fail("a video of {}x{} pixels is impossible: both sides must be 2 to 8192", width, height);
  if (!(frames_per_second > 0 && frames_per_second <= 1000))
    fail("a video of {} frames a second is impossible: above 0, up to 1000", frames_per_second);
  const fs::path file(path_);
  if (!has_extension(path_, ".mp4")) fail("a video's name must end in .mp4, and '{}' does not", path_);
  make_writable_folder(file.has_parent_path() ? file.parent_path().string() : ".");
  // FFmpeg chooses the container by the file extension.
  temporary_ = (file.parent_path() / fmt::format(".{}.tmp.{}.mp4", file.stem().string(), ::getpid())).string();
  const cv::Size even(width & ~1, height & ~1);
  for (const int codec : {cv::VideoWriter::fourcc('a', 'v', 'c', '1'), cv::VideoWriter::fourcc('m', 'p', '4', 'v')})
    if (encoder_->writer.open(temporary_, cv::CAP_FFMPEG, codec, frames_per_second, even)) return;
  ::unlink(temporary_.c_str());
  std::error_code code;
  if (fs::space(fs::absolute(file).parent_path(), code).available == 0 && !code)
    fail_errno(fmt::format("cannot write '{}'", path_), ENOSPC);
  throw Error(fmt::format("cannot encode '{}': OpenCV's FFmpeg has neither an H.264 nor an MPEG-4 encoder, or failed "
                          "to start it",
                          path_),
              Error::Fault::system);
}

VideoWriter::~VideoWriter() {
  encoder_.reset();
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void VideoWriter::write(std::span<const uint8_t> rgb) {
  const size_t expected = static_cast<size_t>(width_) * static_cast<size_t>(height_) * 3;
  if (rgb.size() != expected) fail("a frame of '{}' has {} bytes instead of {}", path_, rgb.size(), expected);
  const cv::Mat frame(height_, width_, CV_8UC3, const_cast<uint8_t*>(rgb.data()));
  cv::cvtColor(frame(cv::Rect(0, 0, width_ & ~1, height_ & ~1)), encoder_->bgr, cv::COLOR_RGB2BGR);
  encoder_->writer.write(encoder_->bgr);
  ++frames_;
}

void VideoWriter::finish() {
  if (frames_ == 0) fail("no frame came for '{}'", path_);
  encoder_->writer.release();
  // OpenCV does not report failed writes. A file without an index ("moov") was cut short by one.
  std::ofstream end(temporary_, std::ios::binary | std::ios::app);
  if (read_file(temporary_).find("moov") == std::string::npos || !(end << mp4_mark).flush())
    throw Error(fmt::format("cannot complete '{}': is the disk full?", path_), Error::Fault::system);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_errno(fmt::format("cannot write '{}'", path_), errno);
  temporary_.clear();
}

std::string opencv_version() { return cv::getVersionString(); }

}  // namespace sinew

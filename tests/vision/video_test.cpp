#include "vision/video.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <opencv2/videoio.hpp>
#include <vector>

#include "core/safe_file.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

class VideoTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string folder_ = testing::TempDir() + "sinew_video_" + std::to_string(::getpid());
  std::string path_ = folder_ + "/a.mp4";
};

// A frame of one colour.
std::vector<uint8_t> plain(int width, int height, uint8_t red, uint8_t green, uint8_t blue) {
  std::vector<uint8_t> pixels;
  for (int i = 0; i < width * height; ++i) pixels.insert(pixels.end(), {red, green, blue});
  return pixels;
}

TEST_F(VideoTest, FramesComeBackWithSizeRateAndColour) {
  VideoWriter video(path_, 64, 48, 20);
  for (int i = 0; i < 10; ++i) video.write(plain(64, 48, 200, 100, 30));
  EXPECT_FALSE(fs::exists(path_));  // not before it is complete
  video.finish();

  cv::VideoCapture capture(path_, cv::CAP_FFMPEG);
  ASSERT_TRUE(capture.isOpened());
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_WIDTH), 64);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_HEIGHT), 48);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FPS), 20);
  cv::Mat frame;
  int frames = 0;
  while (capture.read(frame)) {
    ++frames;
    const auto pixel = frame.at<cv::Vec3b>(24, 32);  // blue, green, red
    EXPECT_NEAR(pixel[2], 200, 8);
    EXPECT_NEAR(pixel[1], 100, 8);
    EXPECT_NEAR(pixel[0], 30, 8);
  }
  EXPECT_EQ(frames, 10);
  EXPECT_NE(read_file(path_).find("avc1"), std::string::npos);  // H.264, where Debian's FFmpeg is
}

TEST_F(VideoTest, AnOddSizeLosesARowAndAColumn) {
  VideoWriter video(path_, 65, 49, 30);
  video.write(plain(65, 49, 0, 0, 0));
  video.finish();
  cv::VideoCapture capture(path_, cv::CAP_FFMPEG);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_WIDTH), 64);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_HEIGHT), 48);
}

TEST_F(VideoTest, AnUnfinishedVideoLeavesNothing) {
  {
    VideoWriter video(path_, 64, 48, 20);
    video.write(plain(64, 48, 1, 2, 3));
  }
  EXPECT_TRUE(fs::is_empty(folder_));
  VideoWriter empty(path_, 64, 48, 20);
  expect_contains(error_of([&] { empty.finish(); }), "no frame came");
}

TEST_F(VideoTest, RefusesWhatCannotBe) {
  expect_contains(error_of([&] { VideoWriter(path_, 0, 48, 20); }), "0x48");
  expect_contains(error_of([&] { VideoWriter(path_, 64, 48, -1); }), "-1 frames a second");
  expect_contains(error_of([&] { VideoWriter(folder_ + "/a.avi", 64, 48, 20); }), "must end in .mp4");
  expect_contains(error_of([&] { VideoWriter("/proc/none/a.mp4", 64, 48, 20); }), "/proc/none");
  VideoWriter video(path_, 64, 48, 20);
  expect_contains(error_of([&] { video.write(plain(64, 47, 0, 0, 0)); }), "instead of 9216");
}

}  // namespace
}  // namespace sinew

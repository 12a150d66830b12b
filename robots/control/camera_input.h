#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec.h"
#include "robots/safety/picture_watch.h"
#include "vision/frame_stack.h"
#include "vision/image_pipeline.h"
#include "vision/jpeg.h"

namespace sinew {

/// A robot's frame, as it announces it, after the steps of an ImagePipeline.
SensorSpec processed_image(const SensorSpec& robot_image, const std::vector<ConfigNode>& process);

/// One camera's way from a robot's frame to the policy's image: decoded, through the image pipeline, onto the stack. A
/// simulated camera goes the same way, to the same bits. Used by one thread at a time.
class CameraInput {
 public:
  /// policy_image: what the policy takes, its frames stacked. robot_image: one frame as the robot announces it, its
  /// `format` naming the channels in the order in which a decoder, or the raw bytes, have them. process: the steps of
  /// an ImagePipeline between them; none where both are the same. Throws an Error that names both sides' layouts where
  /// the steps do not lead from one to the other, and a located one for a step that is wrong. limits: how many frames
  /// in a row may be the same, or without contrast, until they are not accepted.
  CameraInput(const SensorSpec& policy_image, const SensorSpec& robot_image, const std::vector<ConfigNode>& process,
              const PictureLimits& limits = {});

  /// bytes: a frame, as JPEG or raw [height, width, channels] → stack [policy_image.size()]: pushed onto it, or, when
  /// it is the `first` of an episode, in all its places. False where it does not decode or is of another size: stack is
  /// then as it was, last_error() says why. From the second frame on that is accepted, nothing is allocated but by
  /// libjpeg-turbo, and by OpenCV where it resizes.
  bool accept(std::string_view bytes, bool first, std::span<uint8_t> stack);

  const std::string& name() const { return name_; }
  /// Why the last one of the failed frames failed, with the camera's name; "" before there was one.
  const std::string& last_error() const { return last_error_; }
  /// Frames so far: accepted, and not.
  uint64_t decoded() const { return decoded_; }
  uint64_t failed() const { return failed_; }
  const PictureWatch& watch() const { return watch_; }

 private:
  bool is_jpeg(std::span<const uint8_t> bytes);
  std::span<const uint8_t> decode(std::span<const uint8_t> bytes);

  std::string name_;
  ImagePipeline pipeline_;
  FrameStack stack_;
  JpegDecoder decoder_;
  std::vector<uint8_t> raw_;        // what a JPEG decodes to; empty before the first
  std::vector<uint8_t> processed_;  // what the pipeline makes of it, unless it does nothing
  PictureWatch watch_;
  std::string last_error_;
  uint64_t decoded_ = 0, failed_ = 0;
};

}  // namespace sinew

#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec.h"
#include "robots/safety/picture_watch.h"
#include "vision/image_pipeline.h"
#include "vision/image_stack.h"
#include "vision/jpeg.h"

namespace sinew {

/// A robot's frame as announced, after the steps of an ImagePipeline.
SensorSpec processed_image(const SensorSpec& robot_image, const std::vector<ConfigNode>& process);

/// Converts one camera's frames from the robot to the policy's image: decodes them, applies the image pipeline, and
/// pushes them onto the stack. Simulated cameras take the same path, with bit-identical results. Used by one thread at
/// a time.
class CameraInput {
 public:
  /// policy_image: the policy's image, with stacked frames. robot_image: one frame as the robot announces it; its
  /// `format` names the channels in the order of the decoder or the raw bytes. process: the steps of an ImagePipeline
  /// between the two; none if both are the same. limits: how many frames in a row may be the same, or without contrast,
  /// before they are refused. Throws an Error that names both sides' layouts if the steps do not lead from one to the
  /// other, and a located one for an invalid step.
  CameraInput(const SensorSpec& policy_image, const SensorSpec& robot_image, const std::vector<ConfigNode>& process,
              const PictureLimits& limits = {});

  /// bytes: a frame, as JPEG or raw [height, width, channels]. stack [policy_image.size()]: the frame is pushed onto
  /// it, or fills all its places if it is the `first` of an episode. Returns false if the frame does not decode or has
  /// another size: the stack is then unchanged, and last_error() gives the reason. From the second accepted frame on,
  /// only libjpeg-turbo allocates, and OpenCV where it resizes.
  bool accept(std::string_view bytes, bool first, std::span<uint8_t> stack);

  const std::string& name() const { return name_; }
  /// Why the latest failed frame failed, with the camera's name; "" if none has failed.
  const std::string& last_error() const { return last_error_; }
  /// Frames so far: accepted; and refused.
  uint64_t decoded() const { return decoded_; }
  uint64_t failed() const { return failed_; }
  const PictureWatch& watch() const { return watch_; }

 private:
  bool is_jpeg(std::span<const uint8_t> bytes);
  std::span<const uint8_t> decode(std::span<const uint8_t> bytes);

  std::string name_;
  ImagePipeline pipeline_;
  ImageStack stack_;
  JpegDecoder decoder_;
  std::vector<uint8_t> raw_;        // the decoded JPEG; empty before the first
  std::vector<uint8_t> processed_;  // the pipeline's output, unless it has no steps
  PictureWatch watch_;
  std::string last_error_;
  uint64_t decoded_ = 0, failed_ = 0;
};

}  // namespace sinew

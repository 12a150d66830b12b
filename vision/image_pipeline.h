#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/config_node.h"

namespace sinew {

/// Dimensions of an 8-bit image, channels interleaved.
struct ImageShape {
  int height = 0, width = 0, channels = 0;
  size_t size() const {
    return static_cast<size_t>(height) * static_cast<size_t>(width) * static_cast<size_t>(channels);
  }
  std::string text() const;  // "[84, 84, 3]"
  bool operator==(const ImageShape&) const = default;
};

/// The processing of a frame before a policy sees it, the same for a simulated camera and a robot's:
///
///   process: [{crop: [top, left, height, width]}, {resize: [64, 64]}, grey, bgr]
///
/// crop cuts out a rectangle; resize averages where it shrinks and interpolates where it enlarges; grey converts red,
/// green and blue to one channel (Rec. 601); bgr swaps red and blue. A fourth channel, the depth of RGB-D, is left
/// unchanged. Owns its buffers: use it in one thread at a time.
class ImagePipeline {
 public:
  /// `channels` names each channel of the input ("red"). Throws a located Error for an unknown step, and for a step
  /// that does not fit its input image.
  ImagePipeline(const std::vector<ConfigNode>& steps, ImageShape input, std::vector<std::string> channels);

  const ImageShape& input() const { return input_; }
  const ImageShape& output() const { return shapes_.back(); }
  /// The name of each channel of the output.
  const std::vector<std::string>& channels() const { return channels_; }
  bool is_identity() const { return steps_.empty(); }
  /// frame [input()] → out [output()].
  void run(std::span<const uint8_t> frame, std::span<uint8_t> out);

 private:
  using Step = std::function<void(const uint8_t* from, uint8_t* to)>;

  ImageShape input_;
  std::vector<ImageShape> shapes_;     // before and after each step
  std::vector<std::string> channels_;  // after the last step
  std::vector<Step> steps_;
  std::vector<std::vector<uint8_t>> between_;  // the output of each step but the last
};

}  // namespace sinew

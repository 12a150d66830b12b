#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec.h"
#include "vision/jpeg.h"

namespace sinew {

/// A camera as whoever decodes its frames on LeKiwi's wire finds it: colours are blue, green, red.
SensorSpec on_lekiwis_wire(SensorSpec camera);

/// A camera's frames as a LeKiwi sends them: JPEG of quality 90, with red and blue swapped, since LeRobot hands red,
/// green, blue to an encoder that takes blue, green, red. Used by one thread at a time.
class SwappedJpeg {
 public:
  /// camera: one frame as its body delivers it. Throws an Error for what is neither colour nor grey.
  explicit SwappedJpeg(const SensorSpec& camera);
  /// bytes: a frame, raw or as JPEG → JPEG; "" where it is none, as LeKiwi's wire has it.
  std::string encode(std::string_view bytes);

 private:
  ImageShape shape_;
  bool swaps_;
  JpegDecoder decoder_;
  JpegEncoder encoder_{90};
  std::vector<uint8_t> pixels_;
};

}  // namespace sinew

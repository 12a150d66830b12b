#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec.h"
#include "vision/jpeg.h"

namespace sinew {

/// A camera as seen by a client that decodes frames from LeKiwi's wire: the colours are blue, green, red.
SensorSpec on_lekiwis_wire(SensorSpec camera);

/// Encodes a camera's frames as a LeKiwi does: JPEG of quality 90 with red and blue swapped, because LeRobot passes
/// red, green, blue to an encoder that expects blue, green, red. Used by one thread at a time.
class LekiwiJpeg {
 public:
  /// camera: one frame as its body delivers it. Throws an Error for an image that is neither colour nor grey.
  explicit LekiwiJpeg(const SensorSpec& camera);
  /// bytes: a raw or JPEG frame. Returns JPEG; "" for an invalid frame, as on LeKiwi's wire.
  std::string encode(std::string_view bytes);

 private:
  ImageShape shape_;
  bool swaps_;
  JpegDecoder decoder_;
  JpegEncoder encoder_{90};
  std::vector<uint8_t> pixels_;
};

}  // namespace sinew

#pragma once
#include <cstdint>
#include <vector>

namespace sinew {

/// A frame: rows from the top, pixels from the left, channels interleaved (RGB order).
struct Image {
  int height = 0;
  int width = 0;
  int channels = 3;
  std::vector<uint8_t> pixels;  // [height, width, channels]
  double stamp = 0;             // seconds on the clock of the component that took it
};

}  // namespace sinew

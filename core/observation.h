#pragma once
#include <cstdint>

namespace sinew {

/// Rows of observations as policies take them: the numbers of the float32 sensors side by side, and apart
/// from them the bytes of the images side by side, both in the order of the spec. A view of memory that
/// somebody else owns.
struct ObservationRows {
  int rows = 0;
  const float* numbers = nullptr;   // [rows, InterfaceSpec::observation_size()]
  const uint8_t* images = nullptr;  // [rows, InterfaceSpec::image_size()]
};

}  // namespace sinew

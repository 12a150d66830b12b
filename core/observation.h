#pragma once
#include <cstdint>

namespace sinew {

/// Rows of observations in the layout that policies take: the numbers of the float32 sensors side by side and,
/// separately, the bytes of the images side by side, both in the order of the spec. A non-owning view.
struct ObservationRows {
  int rows = 0;
  const float* numbers = nullptr;   // [rows, InterfaceSpec::observation_size()]
  const uint8_t* images = nullptr;  // [rows, InterfaceSpec::image_size()]
};

}  // namespace sinew

#include "robots/lekiwi/lekiwi_jpeg.h"

#include <algorithm>
#include <span>

#include "core/error.h"

namespace sinew {

SensorSpec on_lekiwis_wire(SensorSpec camera) {
  if (camera.shape[2] == 3) camera.format = "blue, green, red";
  return camera;
}

LekiwiJpeg::LekiwiJpeg(const SensorSpec& camera)
    : shape_{camera.shape[0], camera.shape[1], camera.shape[2]},
      swaps_(shape_.channels == 3 && !camera.format.starts_with("blue")),
      pixels_(shape_.size()) {
  if (shape_.channels != 1 && shape_.channels != 3)
    fail("the camera '{}' has {} channels; LeKiwi's wire takes colour or grey", camera.name, shape_.channels);
}

std::string LekiwiJpeg::encode(std::string_view bytes) {
  const std::span frame(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (frame.size() == pixels_.size()) {
    std::ranges::copy(frame, pixels_.begin());
  } else {
    try {
      if (decoder_.read_header(frame) != shape_) return "";
      decoder_.decode(frame, pixels_);
    } catch (const Error&) {
      return "";
    }
  }
  if (swaps_)
    for (size_t i = 0; i < pixels_.size(); i += 3) std::swap(pixels_[i], pixels_[i + 2]);
  const std::span<const uint8_t> jpeg = encoder_.encode(pixels_, shape_);
  return {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()};
}

}  // namespace sinew

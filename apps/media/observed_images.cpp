#include "apps/media/observed_images.h"

#include <algorithm>

namespace sinew {

ObservedImages::ObservedImages(const EnvSpec& spec, int height) : height_(height) {
  int top = 0;
  for (size_t i = 0; i < spec.sensors.size(); ++i) {
    const SensorSpec& sensor = spec.sensors[i];
    if (!sensor.is_image()) continue;
    const int drawn_height = width * sensor.shape[0] / sensor.shape[1];
    if (top + drawn_height > height_) break;  // no more room
    views_.push_back({static_cast<int>(i), sensor.shape[0], sensor.shape[1], sensor.shape[2] / sensor.frames,
                      sensor.format.starts_with("blue"), top, drawn_height,
                      std::vector<uint8_t>(static_cast<size_t>(sensor.frame_size()))});
    top += drawn_height;
  }
}

void ObservedImages::draw(Env& env, std::span<uint8_t> rgb, int row_width) {
  for (int y = 0; y < height_; ++y)
    std::fill_n(rgb.begin() + 3 * (int64_t{y} * row_width + row_width - width), 3 * width, uint8_t{24});
  for (View& view : views_) {
    env.observe_image(view.sensor, view.frame);
    draw_view(view, rgb, row_width);
  }
}

// Each pixel of the frame becomes a rectangle: what the agent sees, not a smoothed version.
void ObservedImages::draw_view(const View& view, std::span<uint8_t> rgb, int row_width) const {
  for (int y = 0; y < view.drawn_height; ++y)
    for (int x = 0; x < width; ++x) {
      const int from_y = y * view.height / view.drawn_height, from_x = x * view.width / width;
      const uint8_t* from = &view.frame[static_cast<size_t>((from_y * view.width + from_x) * view.channels)];
      uint8_t* to = &rgb[static_cast<size_t>(3 * ((view.top + y) * row_width + row_width - width + x))];
      for (int c = 0; c < 3; ++c) to[c] = from[view.channels < 3 ? 0 : view.is_bgr ? 2 - c : c];
    }
}

}  // namespace sinew

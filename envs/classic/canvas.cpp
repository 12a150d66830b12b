#include "envs/classic/canvas.h"

#include <algorithm>
#include <cmath>

namespace sinew {

Canvas::Canvas(int height, int width, std::span<uint8_t> pixels, double reach)
    : height_(height), width_(width), pixels_(pixels), scale_(std::min(height, width) / (2 * reach)) {
  std::fill(pixels_.begin(), pixels_.end(), uint8_t{255});
}

void Canvas::line(Point a, Point b, double radius, Color color) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length_squared = dx * dx + dy * dy;
  const auto column = [&](double x) { return std::clamp(static_cast<int>(x * scale_ + 0.5 * width_), 0, width_ - 1); };
  const auto row = [&](double y) { return std::clamp(static_cast<int>(0.5 * height_ - y * scale_), 0, height_ - 1); };
  const double margin = radius + 1 / scale_;
  for (int i = row(std::max(a.y, b.y) + margin); i <= row(std::min(a.y, b.y) - margin); ++i) {
    for (int j = column(std::min(a.x, b.x) - margin); j <= column(std::max(a.x, b.x) + margin); ++j) {
      const double x = (j + 0.5 - 0.5 * width_) / scale_, y = (0.5 * height_ - i - 0.5) / scale_;
      const double along =
          length_squared > 0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / length_squared, 0.0, 1.0) : 0.0;
      const double distance = std::hypot(x - a.x - along * dx, y - a.y - along * dy);
      const double cover = std::clamp((radius - distance) * scale_ + 0.5, 0.0, 1.0);  // antialiased over one pixel
      uint8_t* pixel = &pixels_[3 * (static_cast<size_t>(i) * static_cast<size_t>(width_) + static_cast<size_t>(j))];
      for (size_t c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(pixel[c] + cover * (color[c] - pixel[c]) + 0.5);
    }
  }
}

}  // namespace sinew

#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace sinew {

/// A white RGB picture to draw thick, smooth lines on, in world coordinates: y up, the origin in the
/// middle, the shorter side of the picture from −reach to reach.
class Canvas {
 public:
  using Color = std::array<uint8_t, 3>;
  struct Point {
    double x = 0, y = 0;
  };

  /// pixels: [height, width, 3], rows from the top.
  Canvas(int height, int width, std::span<uint8_t> pixels, double reach);
  /// A line with round ends, `radius` thick to either side; a disc where a equals b.
  void line(Point a, Point b, double radius, Color color);

 private:
  int height_, width_;
  std::span<uint8_t> pixels_;
  double scale_;  // pixels per unit
};

}  // namespace sinew

#include "apps/media/internals_view.h"

#include <algorithm>
#include <cmath>

namespace sinew {
namespace {

using Map = PolicyInternals::Map;

constexpr int gap = 8;

struct Column {
  std::span<uint8_t> rgb;
  int height, row_width, left;
  int top = 0;  // top of the next part

  void fill(uint8_t grey) {
    for (int y = 0; y < height; ++y) std::fill_n(at(y, 0), 3 * InternalsView::width, grey);
  }
  uint8_t* at(int y, int x) { return &rgb[3 * (static_cast<size_t>(y) * row_width + left + x)]; }

  // Each number becomes a rectangle; parts that do not fit are left out.
  template <class Color>
  void add(const Map& map, int rows, int columns, int drawn_height, Color&& color) {
    if (top + drawn_height > height) return;
    for (int y = 0; y < drawn_height; ++y)
      for (int x = 0; x < InternalsView::width; ++x) {
        const size_t i = static_cast<size_t>(y * rows / drawn_height) * columns +
                         static_cast<size_t>(x) * columns / InternalsView::width;
        if (i < map.values.size()) color(map.values[i], at(top + y, x));
      }
    top += drawn_height + gap;
  }
};

float largest(const Map& map) {
  float most = 1e-12f;
  for (const float x : map.values) most = std::max(most, std::abs(x));
  return most;
}

uint8_t byte(float x) { return static_cast<uint8_t>(255 * std::clamp(x, 0.0f, 1.0f)); }

// Black, red, yellow, white.
void heat(float x, uint8_t* to) {
  for (int c = 0; c < 3; ++c) to[c] = byte(3 * x - static_cast<float>(c));
}

void sign(float x, uint8_t* to) {
  to[0] = byte(x > 0 ? x : 0);
  to[1] = byte(0.3f * std::abs(x));
  to[2] = byte(x < 0 ? -x : 0);
}

}  // namespace

void InternalsView::draw(const PolicyInternals& internals, std::span<uint8_t> rgb, int height, int row_width,
                         int left) {
  Column column{rgb, height, row_width, left};
  column.fill(24);
  for (const Map& map : internals.saliency)
    column.add(map, map.rows, map.columns, width * map.rows / map.columns,
               [scale = 1 / largest(map)](float x, uint8_t* to) { heat(x * scale, to); });
  for (const Map& map : internals.activations) {
    const int columns = std::max(1, static_cast<int>(std::ceil(std::sqrt(4.0 * map.columns))));
    const int rows = (map.columns + columns - 1) / columns;
    column.add(map, rows, columns, width / columns * rows, sign);
  }
  for (const Map& map : internals.attention) column.add(map, map.rows, map.columns, 10 * map.rows, heat);
}

}  // namespace sinew

#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "envs/env.h"

namespace sinew {

/// The agent's view beside the scene: a column with the newest frame of each of its images, enlarged.
class ObservedImages {
 public:
  static constexpr int width = 240;

  /// `height`: height of the column in pixels.
  ObservedImages(const EnvSpec& spec, int height);

  bool is_empty() const { return views_.empty(); }
  /// Draws it into the right end of RGB rows that are `row_width` pixels wide.
  void draw(Env& env, std::span<uint8_t> rgb, int row_width);

 private:
  struct View {
    int sensor;
    int height, width, channels;  // of a frame
    bool is_bgr;
    int top, drawn_height;  // in the column
    std::vector<uint8_t> frame;
  };
  void draw_view(const View& view, std::span<uint8_t> rgb, int row_width) const;

  int height_;
  std::vector<View> views_;
};

}  // namespace sinew

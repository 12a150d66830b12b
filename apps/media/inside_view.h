#pragma once
#include <cstdint>
#include <span>

#include "nets/policy/insight.h"

namespace sinew {

/// What goes on inside of a policy, as a column of a picture: from the top the saliency of each image (the brighter,
/// the more the action hangs on the pixel), the outputs of each recurrent layer (red positive, blue negative), and the
/// weights of each attention (a line a head, this step at the right).
class InsideView {
 public:
  static constexpr int width = 240;

  /// Draws it into columns [left, left + width) of RGB rows [height, row_width].
  static void draw(const Insight& insight, std::span<uint8_t> rgb, int height, int row_width, int left);
};

}  // namespace sinew

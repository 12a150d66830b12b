#pragma once
#include <cstdint>
#include <span>

#include "nets/policy/policy_probe.h"

namespace sinew {

/// A view inside a policy, as a column of a picture. From the top: the saliency of each image (the brighter the pixel,
/// the more the action depends on it), the outputs of each recurrent layer (red positive, blue negative), and the
/// weights of each attention layer (one line per head, the current step at the right).
class InternalsView {
 public:
  static constexpr int width = 240;

  /// Draws it into columns [left, left + width) of RGB rows [height, row_width].
  static void draw(const PolicyInternals& internals, std::span<uint8_t> rgb, int height, int row_width, int left);
};

}  // namespace sinew

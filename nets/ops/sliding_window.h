#pragma once
#include <optional>
#include <string>

#include "nets/tape/shape.h"

namespace sinew {

/// Height and width.
struct Extent {
  int height = 1, width = 1;
  bool operator==(const Extent&) const = default;
};

/// The window that slides over an image in a convolution or a pooling.
struct SlidingWindow {
  Extent size, stride, padding{0, 0};

  /// The extent of the result. At least 1 × 1 when problem() returns none.
  Extent places(Extent input) const {
    return {(input.height + 2 * padding.height - size.height) / stride.height + 1,
            (input.width + 2 * padding.width - size.width) / stride.width + 1};
  }
  /// Why it cannot slide over an image of that size; none if it can.
  std::optional<std::string> problem(Extent input) const;
};

}  // namespace sinew

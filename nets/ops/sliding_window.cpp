#include "nets/ops/sliding_window.h"

#include <fmt/core.h>

namespace sinew {

std::optional<std::string> SlidingWindow::problem(Extent input) const {
  if (size.height < 1 || size.width < 1 || stride.height < 1 || stride.width < 1)
    return fmt::format("a window of {}x{} with the stride {}x{} has no extent", size.height, size.width, stride.height,
                       stride.width);
  if (padding.height < 0 || padding.width < 0 || padding.height >= size.height || padding.width >= size.width)
    return fmt::format("the padding {}x{} must be smaller than the window of {}x{}", padding.height, padding.width,
                       size.height, size.width);
  if (size.height > input.height + 2 * padding.height || size.width > input.width + 2 * padding.width)
    return fmt::format(
        "the window of {}x{} is larger than its input of {}x{}{}", size.height, size.width, input.height, input.width,
        padding == Extent{0, 0} ? "" : fmt::format(" with a padding of {}x{}", padding.height, padding.width));
  return std::nullopt;
}

}  // namespace sinew

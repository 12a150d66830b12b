// With a display, a window opens and shows a picture; without one, the Error is clear.
#include "sim/camera/window.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "core/error.h"

namespace sinew {
namespace {

TEST(Window, OpensOrSaysWhyNot) {
  const std::vector<uint8_t> pixels(size_t{3} * 48 * 64, 128);
  try {
    Window window(48, 64, "sinew");
    for (int i = 0; i < 3; ++i) window.show(pixels);
    EXPECT_FALSE(window.closed());
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("cannot open a window: ", 0), 0u) << error.what();
    EXPECT_EQ(std::getenv("DISPLAY"), nullptr) << error.what();
  }
}

}  // namespace
}  // namespace sinew

// A camera that no longer sees: frozen, dark, covered.
#include "robots/safety/picture_watch.h"

#include <gtest/gtest.h>

#include <string>

#include "core/random.h"
#include "robots/control/camera_input.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

constexpr size_t size = 32 * 24 * 3;

// Red, green and blue at separate brightness levels, with noise added.
std::string picture(Rng& rng, int noise) {
  std::string bytes(size, '\0');
  const int level[] = {200, 20, 90};
  for (size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(level[i % 3] + static_cast<int>(rng.below(static_cast<uint64_t>(noise) + 1)));
  return bytes;
}

std::string look(PictureWatch& watch, const std::string& bytes) {
  return error_of([&] { watch.look(bytes, {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, 3); });
}

TEST(PictureWatch, CountsWhatIsTheSameAndWhatHasNoContrast) {
  Rng rng(1);
  PictureWatch watch({});
  const std::string seen = picture(rng, 50);
  for (int i = 0; i < 10; ++i) watch.look(seen, {reinterpret_cast<const uint8_t*>(seen.data()), size}, 3);
  EXPECT_EQ(watch.same(), 9u);
  EXPECT_EQ(watch.flat(), 0u);
  for (int i = 0; i < 10; ++i) {
    const std::string dark = picture(rng, 8);
    watch.look(dark, {reinterpret_cast<const uint8_t*>(dark.data()), size}, 3);
  }
  EXPECT_EQ(watch.same(), 9u);
  EXPECT_EQ(watch.flat(), 10u);
}

TEST(PictureWatch, TooManyInARowAreAnError) {
  Rng rng(2);
  PictureWatch watch({.most_same = 3, .most_flat = 2});
  const std::string seen = picture(rng, 50);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) watch.look(seen, {reinterpret_cast<const uint8_t*>(seen.data()), size}, 3);
    expect_contains(look(watch, seen), "it has frozen: the same picture came 4 more times; 3 are allowed");
    for (int i = 0; i < 2; ++i) {
      const std::string dark = picture(rng, 8);
      watch.look(dark, {reinterpret_cast<const uint8_t*>(dark.data()), size}, 3);
    }
    expect_contains(look(watch, picture(rng, 8)), "it sees nothing: 3 pictures in a row have no contrast");
    const std::string again = picture(rng, 50);
    watch.look(again, {reinterpret_cast<const uint8_t*>(again.data()), size}, 3);
  }
}

// On the policy's side: the frame is not accepted, and the reason names camera and key.
TEST(PictureWatch, AFrozenCameraIsNotAccepted) {
  const SensorSpec image{
      .name = "eye", .type = SensorSpec::Type::uint8, .shape = {24, 32, 3}, .format = "red, green, blue"};
  CameraInput input(image, image, {}, {.most_same = 5});
  std::vector<uint8_t> stack(size);
  Rng rng(3);
  const std::string seen = picture(rng, 50);
  for (int i = 0; i < 6; ++i) EXPECT_TRUE(input.accept(seen, i == 0, stack));
  EXPECT_FALSE(input.accept(seen, false, stack));
  expect_contains(input.last_error(), "camera 'eye'");
  expect_contains(input.last_error(), "most_same");
  EXPECT_TRUE(input.accept(picture(rng, 50), false, stack));
}

}  // namespace
}  // namespace sinew

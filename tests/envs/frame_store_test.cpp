// A roll-out's images, each frame stored once, are those that the envs showed.
#include "envs/frame_store.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace sinew {
namespace {

InterfaceSpec cameras() {
  InterfaceSpec spec;
  spec.sensors = {{"grey", SensorSpec::Type::uint8, {3, 5, 4}, {}, {}, 4, "grey"},
                  {"state", SensorSpec::Type::float32, {2}, {}, {}},
                  {"colour", SensorSpec::Type::uint8, {2, 3, 6}, {}, {}, 2, "red, green, blue"},
                  {"odd", SensorSpec::Type::uint8, {2, 2, 10}, {}, {}, 2, "five channels"},
                  {"single", SensorSpec::Type::uint8, {4, 4, 3}, {}, {}, 1, "red, green, blue"}};
  return spec;
}

// What an env shows of one camera: frames of its own, stacked.
struct Camera {
  ImageStack stack;
  std::vector<uint8_t> image, frame;
  explicit Camera(const SensorSpec& sensor) : stack(sensor), image(stack.size()), frame(stack.frame_size()) {}
  void show(bool first, Rng& rng) {
    for (uint8_t& x : frame) x = static_cast<uint8_t>(rng.below(256));
    if (first)
      stack.fill(image, frame);
    else
      stack.push(image, frame);
  }
};

TEST(ImageStack, TheNewestFrameComesLastAndTheFirstStandsForThoseMissing) {
  const SensorSpec spec{"c", SensorSpec::Type::uint8, {1, 2, 6}, {}, {}, 3, "two channels"};
  const ImageStack stack(spec);
  std::vector<uint8_t> image(12);
  stack.fill(image, std::vector<uint8_t>{1, 2, 11, 12});
  EXPECT_EQ(image, (std::vector<uint8_t>{1, 2, 1, 2, 1, 2, 11, 12, 11, 12, 11, 12}));
  stack.push(image, std::vector<uint8_t>{3, 4, 13, 14});
  EXPECT_EQ(image, (std::vector<uint8_t>{1, 2, 1, 2, 3, 4, 11, 12, 11, 12, 13, 14}));
  stack.push(image, std::vector<uint8_t>{5, 6, 15, 16});
  EXPECT_EQ(image, (std::vector<uint8_t>{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16}));
  std::vector<uint8_t> frame(4);
  stack.take(image.data(), 1, frame.data());
  EXPECT_EQ(frame, (std::vector<uint8_t>{3, 4, 13, 14}));
}

TEST(FrameStore, GivesBackEveryStackWhateverTheEpisodes) {
  const InterfaceSpec spec = cameras();
  constexpr int n_envs = 3, n_steps = 17;
  FrameStore store(spec, n_envs, n_steps);
  Rng rng(1);
  std::vector<std::vector<Camera>> envs(n_envs);
  std::vector<int> lengths(n_envs, 0);
  for (auto& env : envs)
    for (const SensorSpec& sensor : spec.sensors)
      if (sensor.is_image()) env.emplace_back(sensor).show(true, rng);
  for (int rollout = 0; rollout < 40; ++rollout) {  // each goes on where the last one ended
    std::vector<std::vector<uint8_t>> shown;
    for (int env = 0; env < n_envs; ++env)
      for (int step = 0; step < n_steps; ++step) {
        std::vector<uint8_t>& row = shown.emplace_back();
        for (const Camera& camera : envs[env]) row.insert(row.end(), camera.image.begin(), camera.image.end());
        store.add(env, step, row.data(), lengths[env]);
        const bool over = rng.below(4) == 0;
        lengths[env] = over ? 0 : lengths[env] + 1;
        for (Camera& camera : envs[env]) camera.show(over, rng);
      }
    std::vector<uint8_t> row(static_cast<size_t>(spec.image_size()));
    for (int i = 0; i < n_envs * n_steps; ++i) {
      store.copy_row(i, row.data());
      ASSERT_EQ(row, shown[i]) << "row " << i << " of roll-out " << rollout;
    }
  }
}

TEST(FrameStore, StoresEachFrameOnce) {
  const InterfaceSpec spec = cameras();
  size_t frames = 0, history = 0;
  for (const SensorSpec& sensor : spec.sensors)
    if (sensor.is_image()) {
      frames += sensor.frame_size();
      history += sensor.frame_size() * (sensor.frames - 1);
    }
  EXPECT_EQ(FrameStore(spec, 8, 128).bytes(), 8 * (128 * frames + history) + 8 * 128);
  EXPECT_EQ(FrameStore(InterfaceSpec{}, 8, 128).bytes(), 0u);
}

}  // namespace
}  // namespace sinew

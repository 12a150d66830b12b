#include "vision/image_pipeline.h"

#include <gtest/gtest.h>

namespace sinew {
namespace {

std::vector<uint8_t> run(const std::string& steps, const std::vector<uint8_t>& frame,
                         std::vector<std::string> channels) {
  ImagePipeline pipeline(ConfigNode::parse_text(steps, "camera.yaml").items(), {1, 2, 3}, std::move(channels));
  std::vector<uint8_t> out(pipeline.output().size());
  pipeline.run(frame, out);
  return out;
}

// 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2; of the second pixel 0.299 · 10 + 0.587 · 20 + 0.114 · 250 = 43.2.
TEST(ImagePipeline, GreyWeighsEachColourWhereverItLies) {
  const std::vector<uint8_t> rgb = {200, 100, 50, 10, 20, 250}, bgr = {50, 100, 200, 250, 20, 10};
  const std::vector<uint8_t> grey = {124, 43};
  EXPECT_EQ(run("[grey]", rgb, {"red", "green", "blue"}), grey);
  EXPECT_EQ(run("[grey]", bgr, {"blue", "green", "red"}), grey);
  EXPECT_EQ(run("[bgr, grey]", rgb, {"red", "green", "blue"}), grey);
  EXPECT_EQ(run("[bgr]", bgr, {"blue", "green", "red"}), rgb);
}

}  // namespace
}  // namespace sinew

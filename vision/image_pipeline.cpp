#include "vision/image_pipeline.h"

#include <fmt/core.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "core/config.h"
#include "core/error.h"

namespace sinew {

std::string ImageShape::text() const { return fmt::format("[{}, {}, {}]", height, width, channels); }

namespace {

using Step = std::function<void(const uint8_t* from, uint8_t* to)>;

constexpr int longest_side = 8192;

std::vector<int> numbers(const ConfigNode& node, size_t least, size_t most, const char* expected) {
  std::vector<int> values;
  if (node.is_list())
    read_value(node, values);
  else if (node.is_scalar())
    read_value(node, values.emplace_back());
  if (values.size() < least || values.size() > most) throw node.error(fmt::format("{} is expected", expected));
  for (size_t i = 0; i < values.size(); ++i)
    check_range(node.is_list() ? node.items()[i] : node, values[i], between(0, longest_side));
  return values;
}

Step crop(const ConfigNode& node, ImageShape& shape) {
  const std::vector<int> n = numbers(node, 4, 4, "[top, left, height, width]");
  const int top = n[0], left = n[1], height = n[2], width = n[3];
  if (height < 1 || width < 1 || top + height > shape.height || left + width > shape.width)
    throw node.error(
        fmt::format("a crop of {} × {} pixels (height × width) from row {}, column {} does not fit an image "
                    "of {} × {}",
                    height, width, top, left, shape.height, shape.width));
  const size_t pixel = static_cast<size_t>(shape.channels), from_row = static_cast<size_t>(shape.width) * pixel;
  const size_t to_row = static_cast<size_t>(width) * pixel, first = static_cast<size_t>(left) * pixel;
  shape = {height, width, shape.channels};
  return [=](const uint8_t* from, uint8_t* to) {
    from += static_cast<size_t>(top) * from_row + first;
    for (int y = 0; y < height; ++y, from += from_row, to += to_row) std::copy_n(from, to_row, to);
  };
}

Step resize(const ConfigNode& node, ImageShape& shape) {
  const std::vector<int> n = numbers(node, 1, 2, "one number for both sides, or [height, width],");
  const ImageShape before = shape, after{n.front(), n.back(), shape.channels};
  if (after.height < 1 || after.width < 1) throw node.error("an image has at least one row and one column");
  shape = after;
  const int type = CV_8UC(shape.channels);
  const bool shrinks = after.height <= before.height && after.width <= before.width;
  return [=](const uint8_t* from, uint8_t* to) {
    const cv::Mat source(before.height, before.width, type, const_cast<uint8_t*>(from));
    cv::Mat target(after.height, after.width, type, to);  // has the right size, so it is filled in place
    cv::resize(source, target, target.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  };
}

void check_colour(const ConfigNode& node, const ImageShape& shape, const char* step) {
  if (shape.channels < 3) throw node.error(fmt::format("{} needs a colour image, and it gets {}", step, shape.text()));
}

// The weights of Rec. 601 in 14 bits.
Step grey(const ConfigNode& node, ImageShape& shape, std::vector<std::string>& names) {
  check_colour(node, shape, "grey");
  const size_t red = names[0] == "blue" ? 2 : 0;
  names.erase(names.begin(), names.begin() + 3);
  names.insert(names.begin(), "grey");
  const int channels = shape.channels, kept = channels - 3, pixels = shape.height * shape.width;
  shape.channels = 1 + kept;
  return [=](const uint8_t* from, uint8_t* to) {
    for (int i = 0; i < pixels; ++i, from += channels) {
      *to++ = static_cast<uint8_t>((from[red] * 4899 + from[1] * 9617 + from[2 - red] * 1868 + 8192) >> 14);
      for (int k = 0; k < kept; ++k) *to++ = from[3 + k];
    }
  };
}

Step bgr(const ConfigNode& node, const ImageShape& shape, std::vector<std::string>& names) {
  check_colour(node, shape, "bgr");
  std::swap(names[0], names[2]);
  const int channels = shape.channels, pixels = shape.height * shape.width;
  return [=](const uint8_t* from, uint8_t* to) {
    std::copy_n(from, static_cast<size_t>(pixels) * static_cast<size_t>(channels), to);
    for (int i = 0; i < pixels; ++i, to += channels) std::swap(to[0], to[2]);
  };
}

Step make_step(const ConfigNode& node, ImageShape& shape, std::vector<std::string>& names) {
  const bool bare = node.is_scalar();
  const std::string name = bare ? node.text() : node.single_entry().first;
  if (name == "grey" || name == "bgr") {
    if (!bare) throw node.error(fmt::format("{} takes no options", name));
    return name == "grey" ? grey(node, shape, names) : bgr(node, shape, names);
  }
  if (name != "crop" && name != "resize")
    throw node.error(
        fmt::format("there is no image step '{}'{}", name, suggestion(name, {"crop", "resize", "grey", "bgr"})));
  if (bare) throw node.error(fmt::format("{} needs its numbers, as in {{{}: …}}", name, name));
  const ConfigNode& options = node.single_entry().second;
  return name == "crop" ? crop(options, shape) : resize(options, shape);
}

}  // namespace

ImagePipeline::ImagePipeline(const std::vector<ConfigNode>& steps, ImageShape input, std::vector<std::string> channels)
    : input_(input), shapes_{input}, channels_(std::move(channels)) {
  cv::setNumThreads(1);  // the envs provide the threads
  ImageShape shape = input;
  for (const ConfigNode& node : steps) {
    steps_.push_back(make_step(node, shape, channels_));
    shapes_.push_back(shape);
  }
  for (size_t i = 1; i + 1 < shapes_.size(); ++i) between_.emplace_back(shapes_[i].size());
}

void ImagePipeline::run(std::span<const uint8_t> frame, std::span<uint8_t> out) {
  if (frame.size() != input_.size() || out.size() != output().size())
    fail("an image pipeline from {} to {} got {} and {} bytes", input_.text(), output().text(), frame.size(),
         out.size());
  if (steps_.empty()) std::ranges::copy(frame, out.begin());
  const uint8_t* from = frame.data();
  for (size_t i = 0; i < steps_.size(); ++i) {
    uint8_t* to = i + 1 == steps_.size() ? out.data() : between_[i].data();
    steps_[i](from, to);
    from = to;
  }
}

}  // namespace sinew

#include "robots/control/camera_input.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace sinew {
namespace {

constexpr size_t most_channels = 4;  // red, green, blue, depth

// One frame of an image.
struct Layout {
  ImageShape shape;
  std::string format;
  bool operator==(const Layout&) const = default;
  std::string text() const { return fmt::format("{} of '{}'", shape.text(), format); }
};

Layout layout_of(const SensorSpec& image) {
  return {{image.shape[0], image.shape[1], image.shape[2] / image.frames}, image.format};
}

std::vector<std::string> channels_of(const std::string& format) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin < format.size();) {
    const size_t end = std::min(format.find(", ", begin), format.size());
    names.push_back(format.substr(begin, end - begin));
    begin = end + 2;
  }
  return names;
}

// The robot is another program, perhaps not ours, and may announce anything.
void check_robot(const SensorSpec& image, bool processed) {
  if (!image.is_image() || image.shape.size() != 3) fail("the robot announces numbers, the policy takes an image");
  if (image.frames != 1)
    fail("the robot announces a stack of {} frames; it should announce and send one, the policy's side stacks them",
         image.frames);
  const Layout robot = layout_of(image);
  const size_t channels = channels_of(robot.format).size();
  if (processed && (channels > most_channels || channels != static_cast<size_t>(robot.shape.channels)))
    fail("the robot announces a frame {}; to process it, each of its channels (at most {}) needs a name in its format",
         robot.text(), most_channels);
}

ImagePipeline make_pipeline(const SensorSpec& policy_image, const SensorSpec& robot_image,
                            const std::vector<ConfigNode>& process) {
  check_robot(robot_image, !process.empty());
  const Layout policy = layout_of(policy_image), robot = layout_of(robot_image);
  const std::string file = fmt::format("`process` for '{}' under `cameras:` in the robot's file", policy_image.name);
  if (process.empty() && robot != policy)
    fail("the robot's frame is {}, the policy's {}; give the steps that lead from one to the other, as {}",
         robot.text(), policy.text(), file);
  ImagePipeline pipeline(process, robot.shape, channels_of(robot.format));
  if (process.empty()) return pipeline;
  const Layout made{pipeline.output(), fmt::format("{}", fmt::join(pipeline.channels(), ", "))};
  if (made != policy)
    fail("the steps make the robot's frame, {}, into {}, but the policy's is {}; correct {}", robot.text(), made.text(),
         policy.text(), file);
  return pipeline;
}

std::string title(const std::string& name) { return fmt::format("camera '{}'", name); }

}  // namespace

SensorSpec processed_image(const SensorSpec& robot_image, const std::vector<ConfigNode>& process) {
  check_robot(robot_image, !process.empty());
  if (process.empty()) return robot_image;
  const ImagePipeline pipeline(process, layout_of(robot_image).shape, channels_of(robot_image.format));
  SensorSpec image = robot_image;
  image.shape = {pipeline.output().height, pipeline.output().width, pipeline.output().channels};
  image.format = fmt::format("{}", fmt::join(pipeline.channels(), ", "));
  return image;
}

CameraInput::CameraInput(const SensorSpec& policy_image, const SensorSpec& robot_image,
                         const std::vector<ConfigNode>& process, const PictureLimits& limits)
    : name_(policy_image.name),
      pipeline_(with_context(title(name_), [&] { return make_pipeline(policy_image, robot_image, process); })),
      stack_(policy_image),
      processed_(pipeline_.is_identity() ? 0 : stack_.frame_size()),
      watch_(limits) {}

// A raw frame, too, may begin like a JPEG by chance, but hardly continues like a header. A JPEG, valid or broken, may
// be as long as a raw frame: some drivers send their whole buffer regardless of its content.
bool CameraInput::is_jpeg(std::span<const uint8_t> bytes) {
  const bool begins = bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
  if (!begins || bytes.size() != pipeline_.input().size()) return begins;
  try {
    decoder_.read_header(bytes);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// bytes → one frame as the robot announced it: in raw_, or the bytes themselves.
std::span<const uint8_t> CameraInput::decode(std::span<const uint8_t> bytes) {
  const ImageShape& shape = pipeline_.input();
  if (!is_jpeg(bytes)) {
    if (bytes.size() == shape.size()) return bytes;
    fail("a frame of {} bytes is neither a JPEG nor the {} bytes of {} that the robot announced", bytes.size(),
         shape.size(), shape.text());
  }
  if (const ImageShape sent = decoder_.read_header(bytes); sent != shape)
    fail("the frame is a JPEG of {}, the robot announced {}", sent.text(), shape.text());
  raw_.resize(shape.size());
  decoder_.decode(bytes, raw_);
  return raw_;
}

bool CameraInput::accept(std::string_view bytes, bool first, std::span<uint8_t> stack) {
  try {
    std::span<const uint8_t> frame = decode({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    watch_.look(bytes, frame, pipeline_.input().channels);
    if (!pipeline_.is_identity()) {
      pipeline_.run(frame, processed_);
      frame = processed_;
    }
    if (first)
      stack_.fill(stack, frame);
    else
      stack_.push(stack, frame);
  } catch (Error& error) {
    error.add_context(title(name_));
    last_error_ = error.what();
    ++failed_;
    return false;
  }
  ++decoded_;
  return true;
}

}  // namespace sinew

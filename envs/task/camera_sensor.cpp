#include "envs/task/camera_sensor.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "sim/model/model.h"

namespace sinew {
namespace {

constexpr size_t most_bytes = size_t{1} << 24;  // the same as for policy files

CameraView view_of(const CameraConfig& config) {
  const CameraView::Kind kind = config.kind == "rgb"     ? CameraView::Kind::rgb
                                : config.kind == "depth" ? CameraView::Kind::depth
                                                         : CameraView::Kind::rgbd;
  return {.camera = config.camera,
          .height = config.size[0],
          .width = config.size[1],
          .kind = kind,
          .near = config.range[0],
          .far = config.range[1],
          .fast = config.quality == "fast"};
}

bool needs_opengl(const CameraConfig& config) { return config.method == "render" && !config.covered; }

std::vector<std::string> channels_of(const CameraConfig& config) {
  const std::string depth = fmt::format("depth {:g} to {:g} m", config.range[0], config.range[1]);
  if (config.kind == "depth") return {depth};
  std::vector<std::string> names = {"red", "green", "blue"};
  if (config.kind == "rgbd") names.push_back(depth);
  return names;
}

ImagePipeline make_pipeline(const CameraConfig& config) {
  const CameraView view = view_of(config);
  return {config.process, {view.height, view.width, view.channels()}, channels_of(config)};
}

}  // namespace

CameraConfig read_camera(const ConfigNode& node) {
  const CameraConfig config = read_config<CameraConfig>(node);
  if (config.size.size() != 2) throw node.find("size")->error("a size is [height, width] in pixels");
  if (config.range.size() != 2 || config.range[0] >= config.range[1])
    throw node.find("range")->error("a range is [nearest, farthest] in metres");
  if (config.method == "rays" && config.kind != "depth")
    throw node.find("method")->error("rays see no colour; they need kind: depth");
  return config;
}

std::shared_ptr<RenderPool> make_render_pool(const TaskConfig& task, const std::shared_ptr<const Model>& model) {
  std::vector<CameraView> views;
  for (const auto& [name, node] : task.observations) {
    if (!node.is_map()) continue;
    const CameraConfig config = read_camera(node);
    with_context(node.find("camera")->where(), [&] { return model->find(Model::Element::camera, config.camera); });
    if (needs_opengl(config)) views.push_back(view_of(config));
  }
  return views.empty() ? nullptr : std::make_shared<RenderPool>(model, std::move(views));
}

CameraSensor::CameraSensor(const std::string& name, const ConfigNode& node, const std::shared_ptr<const Model>& model,
                           std::shared_ptr<RenderPool> pool, size_t& next_view)
    : pipeline_(make_pipeline(read_camera(node))) {
  const CameraConfig config = read_camera(node);
  const ImageShape& out = pipeline_.output();
  if (std::max(out.size() * static_cast<size_t>(config.frames), pipeline_.input().size()) > most_bytes)
    throw node.error(
        fmt::format("a picture of {}, or {} frames of {}, is more than the {} bytes that a sensor may have",
                    pipeline_.input().text(), config.frames, out.text(), most_bytes));
  spec_ = {.name = name,
           .type = SensorSpec::Type::uint8,
           .shape = {out.height, out.width, out.channels * config.frames},
           .frames = config.frames,
           .format = fmt::format("{}", fmt::join(pipeline_.channels(), ", "))};
  if (config.covered) return;
  if (needs_opengl(config)) {
    pool_ = std::move(pool);
    view_ = next_view++;
  } else {
    rays_ = std::make_unique<RayCamera>(model, view_of(config));
  }
  raw_.resize(pipeline_.input().size());
}

void CameraSensor::take(const Simulation& sim, std::span<uint8_t> frame) {
  if (!pool_ && !rays_) {  // covered
    std::ranges::fill(frame, uint8_t{0});
    return;
  }
  const bool direct = pipeline_.is_identity();
  const std::span<uint8_t> raw = direct ? frame : std::span<uint8_t>(raw_);
  if (pool_)
    pool_->render(view_, sim, raw);
  else
    rays_->render(sim, raw);
  if (!direct) pipeline_.run(raw_, frame);
}

}  // namespace sinew

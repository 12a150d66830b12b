// The checks of `sinew doctor` on the software: rendering, libraries, tools.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <span>
#include <vector>

#include "apps/command_line/child_process.h"
#include "apps/command_line/terminal.h"
#include "apps/commands/doctor_checks.h"
#include "apps/media/media.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/safe_file.h"
#include "envs/task/make_env.h"
#include "sim/camera/ray_camera.h"
#include "sim/camera/render_pool.h"
#include "sim/mujoco_messages.h"

namespace sinew {
namespace {

// Images per second on one thread, measured for a third of a second after the first image.
template <class Draw>
double frame_rate(const CameraView& view, Draw&& draw) {
  std::vector<uint8_t> pixels(view.size());
  draw(pixels);
  const Stopwatch watch;
  int frames = 0;
  for (; watch.seconds() < 0.33; ++frames) draw(pixels);
  return frames / watch.seconds();
}

// The first line that a program prints; "" if it does not exist or fails.
std::string first_line_of(const std::vector<std::string>& command) {
  try {
    ChildProcess child(command);
    const ChildProcess::Result result = child.wait();
    return result.exit_code == 0 ? result.output.substr(0, result.output.find('\n')) : "";
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

Finding check_rendering() {
  const auto model = Model::load(sinew_home() + "/sim/models/half_cheetah.xml");
  Simulation simulation(model);
  simulation.forward();
  const CameraView small{.camera = "track", .height = 84, .width = 84},
      video{.camera = "track", .height = 480, .width = 640, .fast = false},
      depth{.camera = "track", .height = 84, .width = 84, .kind = CameraView::Kind::depth};
  const RayCamera rays(model, depth);
  const double ray_rate = frame_rate(depth, [&](std::span<uint8_t> pixels) { rays.render(simulation, pixels); });
  const std::string by_rays = fmt::format("{} of depth by rays, which need no OpenGL", short_number(ray_rate));
  try {
    RenderPool pool(model, {small, video});
    const auto rate_of = [&](size_t view) {
      return short_number(
          frame_rate(pool.view(view), [&](std::span<uint8_t> pixels) { pool.render(view, simulation, pixels); }));
    };
    const std::string small_rate = rate_of(0), video_rate = rate_of(1), backend = pool.backend();
    const bool on_cpu = backend.find("llvmpipe") != std::string::npos || backend.find("softpipe") != std::string::npos;
    return {true, backend,
            fmt::format("A thread renders half_cheetah at {} frames/s of 84x84 for observations ({}), and at {} of "
                        "640x480 for videos{}.",
                        small_rate, by_rays, video_rate,
                        on_cpu ? ", on the processor: enough for videos, the bottleneck of learning from images" : "")};
  } catch (const Error& error) {
    return {false, "does not work",
            fmt::format("No videos, and no cameras but depth by rays (84x84: {} frames/s): {}. Everything else works.",
                        short_number(ray_rate), error.what())};
  }
}

Finding check_display() {
  for (const char* name : {"WAYLAND_DISPLAY", "DISPLAY"})
    if (const char* display = std::getenv(name); display && *display)
      return {true, fmt::format("{}={}", name, display), "'sinew play --window' can show a live window."};
  return {true, "none", "No live window here; 'sinew play --video' writes a video instead."};
}

Finding check_video() {
  const std::string program = media_program();
  std::string versions;
  try {
    ChildProcess child({program, "--version"});
    const ChildProcess::Result result = child.wait();
    if (result.exit_code == 0) versions = result.output;
  } catch (const Error&) {
  }
  const size_t second_line = versions.find('\n');
  if (second_line == std::string::npos)
    return {false, "sinew-media does not start", "No videos and no charts: it belongs beside the sinew executable."};
  const std::string opencv = versions.substr(second_line + 1, versions.find('\n', second_line + 1) - second_line - 1);
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("sinew-doctor-{}.mp4", ::getpid());
  try {
    VideoPipe video(file.string(), 64, 64, 20, program);
    video.write(std::vector<uint8_t>(64 * 64 * 3, 128));
    video.close();
    const bool h264 = read_file(file.string()).find("avc1") != std::string::npos;
    std::filesystem::remove(file);
    if (h264) return {true, opencv + ", H.264", "Videos play in browsers; charts can be drawn."};
    return {false, opencv + ", MPEG-4", "No H.264 encoder: videos play in VLC and the like, not in browsers."};
  } catch (const Error& error) {
    return {false, opencv, fmt::format("No videos: {}", error.what())};
  }
}

Finding check_mujoco() {
  const std::string running = mujoco_version(), built = SINEW_MUJOCO_VERSION;
  if (running == built) return {true, running, "The library is the one that this build was made for."};
  return {false, fmt::format("{}, built for {}", running, built), "Build sinew again: the versions must be the same."};
}

Finding check_libraries() {
  return {true, SINEW_LIBRARIES, "What this build was made with; name it when you report a problem."};
}

Finding check_ccache() {
  const std::string version = first_line_of({"ccache", "--version"});
  if (version.empty()) return {true, "not there", "Building again from scratch takes minutes; with ccache, seconds."};
  return {true, version, "Building again takes seconds."};
}

Finding check_python() {
  const std::string version = first_line_of(
      {"python3", "-c",
       "import platform, numpy; print('Python', platform.python_version() + ', NumPy', numpy.__version__)"});
  if (!version.empty()) return {true, version, "The Python example that reads a policy file runs."};
  const std::string python = first_line_of({"python3", "--version"});
  return {true, python.empty() ? "not there" : python + ", no NumPy",
          "sinew needs neither; the Python example that reads a policy file does."};
}

}  // namespace sinew

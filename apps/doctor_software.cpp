// What `sinew doctor` finds out about the software: rendering, libraries, tools.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "apps/child_process.h"
#include "apps/doctor_checks.h"
#include "apps/media.h"
#include "apps/terminal.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/safe_file.h"
#include "sim/camera.h"
#include "sim/messages.h"

namespace sinew {
namespace {

// A walker's worth of shapes, about what a task's camera sees.
constexpr const char* scene = R"(<mujoco>
  <worldbody>
    <light pos="0 0 3"/>
    <geom type="plane" size="5 5 1" rgba=".6 .7 .6 1"/>
    <body pos="0 0 1"><freejoint/>
      <geom type="capsule" fromto="-.5 0 0 .5 0 0" size=".05"/>
      <geom type="capsule" fromto="-.5 0 0 -.4 0 -.3" size=".05"/>
      <geom type="capsule" fromto="-.4 0 -.3 -.6 0 -.6" size=".05"/>
      <geom type="capsule" fromto="-.6 0 -.6 -.4 0 -.7" size=".05"/>
      <geom type="capsule" fromto=".5 0 0 .4 0 -.3" size=".05"/>
      <geom type="capsule" fromto=".4 0 -.3 .6 0 -.6" size=".05"/>
      <geom type="capsule" fromto=".6 0 -.6 .7 0 -.7" size=".05"/>
    </body>
  </worldbody>
</mujoco>
)";

std::shared_ptr<const Model> load_scene() {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("sinew-doctor-{}.xml", ::getpid());
  write_file_atomically(file.string(), scene);
  const std::shared_ptr<const Model> model = Model::load(file.string());
  std::filesystem::remove(file);
  return model;
}

// Frames per second, measured for a third of a second after the first frame.
double frame_rate(Renderer& renderer, const Simulation& simulation) {
  std::vector<uint8_t> pixels(static_cast<size_t>(renderer.height()) * static_cast<size_t>(renderer.width()) * 3);
  renderer.render(simulation, pixels);
  const Stopwatch watch;
  int frames = 0;
  for (; watch.seconds() < 0.33; ++frames) renderer.render(simulation, pixels);
  return frames / watch.seconds();
}

// The first line that a program prints; "" when it is not there or fails.
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
  try {
    const std::shared_ptr<const Model> model = load_scene();
    Simulation simulation(model);
    simulation.forward();
    Renderer small(model, {.height = 84, .width = 84, .camera = {}, .fast = true});
    const double small_rate = frame_rate(small, simulation);
    Renderer large(model, {.height = 480, .width = 640, .camera = {}, .fast = false});
    const double large_rate = frame_rate(large, simulation);
    const std::string backend = small.backend();
    const bool on_cpu = backend.find("llvmpipe") != std::string::npos || backend.find("softpipe") != std::string::npos;
    return {true, backend,
            fmt::format("A thread renders {} frames/s of 84x84 (observations) and {} frames/s of 640x480 (videos){}.",
                        short_number(small_rate), short_number(large_rate),
                        on_cpu ? ", on the processor: enough for videos, the bottleneck of learning from images" : "")};
  } catch (const Error& error) {
    return {false, "does not work",
            fmt::format("No videos and no camera observations: {}. Everything else works.", error.what())};
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

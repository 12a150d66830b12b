#include "apps/media/media.h"

#include <filesystem>

#include "apps/report/plot_json.h"
#include "core/error.h"
#include "core/input_path.h"

namespace sinew {
namespace {

// The child printed "sinew-media: text" and exited with the code that shows whose fault it was.
void finish(ChildProcess& child, const std::string& path) {
  ChildProcess::Result result = child.wait();
  if (result.exit_code == 0) return;
  std::string text = result.errors;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (const size_t start = text.find("sinew-media: "); start != std::string::npos) text.erase(0, start + 13);
  if (text.empty()) text = fmt::format("cannot write '{}': sinew-media ended with code {}", path, result.exit_code);
  throw Error(text, result.exit_code == 2 ? Error::Fault::user : Error::Fault::system);
}

}  // namespace

std::string media_program() {
  namespace fs = std::filesystem;
  // A custom program has none beside it and uses the checkout's.
  for (const fs::path& folder : {fs::path(own_folder()), fs::path(sinew_home()) / "build/release/apps"})
    if (fs::exists(folder / "sinew-media")) return (folder / "sinew-media").string();
  return "sinew-media";
}

VideoPipe::VideoPipe(const std::string& path, int width, int height, double frames_per_second,
                     const std::string& program)
    : path_(path),
      frame_bytes_(static_cast<size_t>(width) * static_cast<size_t>(height) * 3),
      child_({program, "video", path, "--size", fmt::format("{}x{}", width, height), "--fps",
              fmt::format("{}", frames_per_second), "--until-told"}) {}

VideoPipe::~VideoPipe() {
  if (open_) child_.wait();  // the end marker was not sent: the child deletes its file
}

void VideoPipe::write(std::span<const uint8_t> rgb) {
  if (rgb.size() != frame_bytes_) fail("a frame of '{}' has {} bytes instead of {}", path_, rgb.size(), frame_bytes_);
  if (child_.write({reinterpret_cast<const char*>(rgb.data()), rgb.size()})) return;
  open_ = false;
  finish(child_, path_);
  throw Error(fmt::format("cannot write '{}': sinew-media ended early", path_), Error::Fault::system);
}

void VideoPipe::close() {
  open_ = false;
  child_.write(film_is_whole);
  finish(child_, path_);
}

void write_plot(const std::string& path, const PlotSpec& plot, const std::string& program) {
  ChildProcess child({program, "plot", path});
  child.write(to_json(plot));
  finish(child, path);
}

}  // namespace sinew

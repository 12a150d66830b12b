// sinew-media: the part of sinew that needs heavy libraries, fed through standard input.
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <string_view>

#include "apps/command_line/command_line.h"
#include "apps/media/media.h"
#include "apps/report/plot_json.h"
#include "core/error.h"
#include "core/safe_file.h"
#include "vision/plot.h"
#include "vision/png.h"
#include "vision/video.h"

namespace sinew {
namespace {

struct VideoOptions {
  std::string path, size;
  double fps = 30;
  bool until_told = false;
};

// Writes frames until the input ends; a partial frame means that the sender gave up. If an end marker is expected,
// input that ends without it means that the sender was killed.
int write_video(const VideoOptions& options) {
  int width = 0, height = 0, end = 0;
  if (std::sscanf(options.size.c_str(), "%dx%d%n", &width, &height, &end) != 2 ||
      static_cast<size_t>(end) != options.size.size())
    fail("--size '{}' is not a width and a height like 640x480", options.size);
  VideoWriter video(options.path, width, height, options.fps);
  std::vector<uint8_t> frame(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  size_t count = 0;
  while ((count = std::fread(frame.data(), 1, frame.size(), stdin)) == frame.size()) video.write(frame);
  if (std::ferror(stdin)) fail_errno("cannot read the frames", errno);
  const std::string_view rest(reinterpret_cast<const char*>(frame.data()), count);
  if (rest != (options.until_told ? film_is_whole : ""))
    fail("the frames of '{}' ended before the film was complete", options.path);
  video.finish();
  return 0;
}

Command::Work declare_video(CommandLine& line) {
  auto options = std::make_shared<VideoOptions>();
  line.argument("OUT.mp4", options->path, "the video to write").is_output(mp4_video());
  line.option("--size", options->size, "WxH", "pixels of a frame, for example 640x480");
  line.option("--fps", options->fps, "F", "frames per second");
  line.flag("--until-told", options->until_told,
            "the word 'end' follows the last frame; without it nothing is written");
  line.example("sinew-media video --size 640x480 --fps 20 out.mp4 < frames.rgb");
  return [options] { return write_video(*options); };
}

Command::Work declare_plot(CommandLine& line) {
  auto path = std::make_shared<std::string>();
  line.argument("OUT.png", *path, "the picture to write").is_output(png_picture());
  line.example("sinew-media plot out.png < plot.json");
  return [path] {
    const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    const Image image = draw_plot(plot_from_json(text));
    write_png(*path, image);
    return 0;
  };
}

}  // namespace
}  // namespace sinew

int main(int argc, char** argv) {
  // A signal to the process group reaches both the parent and this process; the parent decides, by closing our input.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
  return sinew::run_program(
      argc, argv,
      {.name = "sinew-media",
       .summary = "Writes sinew's videos and charts; used by the other commands.",
       .commands = {{"video", "raw RGB frames on standard input become an mp4 file", sinew::declare_video},
                    {"plot", "a JSON description on standard input becomes a PNG chart", sinew::declare_plot}},
       .version = [] { return "sinew-media " SINEW_VERSION "\nOpenCV " + sinew::opencv_version(); }});
}

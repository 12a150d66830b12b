// Videos and charts through sinew-media.
#include "apps/media/media.h"

#include <cmath>
#include <cstring>

#include "apps/report/plot_json.h"
#include "core/safe_file.h"
#include "tests/apps/program.h"
#include "tests/core/expect_error.h"

namespace sinew {
namespace {

uint32_t big_endian(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes.at(at + i));
  return value;
}

PlotSpec small_plot() {
  PlotSpec plot;
  plot.title = "a \"title\"";
  plot.x_label = "steps";
  plot.curves.push_back({"one", {0, 1}, {2, std::nan("")}, {0.5, 0.25}});
  return plot;
}

TEST(VideoPipe, WritesAFileOfTheRightSizeAndLength) {
  const TemporaryFolder folder;
  const std::string path = folder.file("videos/a.mp4");
  VideoPipe video(path, 640, 480, 20, SINEW_MEDIA_PROGRAM);
  const std::vector<uint8_t> frame(640 * 480 * 3, 99);
  for (int i = 0; i < 7; ++i) video.write(frame);
  video.close();

  // ISO base media: a track's header ends with width and height in 16.16 fixed point; the table of
  // sample sizes has its count 12 bytes after its name.
  const std::string file = read_file(path);
  const size_t header = file.find("tkhd"), sizes = file.find("stsz");
  ASSERT_NE(header, std::string::npos);
  ASSERT_NE(sizes, std::string::npos);
  const size_t end_of_header = header - 4 + big_endian(file, header - 4);
  EXPECT_EQ(big_endian(file, end_of_header - 8) >> 16, 640u);
  EXPECT_EQ(big_endian(file, end_of_header - 4) >> 16, 480u);
  EXPECT_EQ(big_endian(file, sizes + 12), 7u);
}

TEST(VideoPipe, AFailureOfTheChildIsAnError) {
  VideoPipe video("/proc/none/a.mp4", 64, 48, 20, SINEW_MEDIA_PROGRAM);
  try {
    const std::vector<uint8_t> frame(64 * 48 * 3);
    for (int i = 0; i < 1000; ++i) video.write(frame);  // some of them after the child has gone
    video.close();
    FAIL();
  } catch (const Error& error) {
    expect_contains(error.what(), "/proc/none");
    EXPECT_EQ(std::string(error.what()).find("sinew-media"), std::string::npos) << error.what();
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(VideoPipe, OneThatIsNotClosedLeavesNothing) {
  const TemporaryFolder folder;
  {
    VideoPipe video(folder.file("a.mp4"), 64, 48, 20, SINEW_MEDIA_PROGRAM);
    video.write(std::vector<uint8_t>(64 * 48 * 3));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.file("")));
}

TEST(VideoPipe, WithoutTheProgramThereIsAnError) {
  expect_contains(error_of([] { VideoPipe("a.mp4", 64, 48, 20, "/nowhere/sinew-media"); }), "/nowhere/sinew-media");
}

TEST(WritePlot, MakesAPng) {
  const TemporaryFolder folder;
  write_plot(folder.file("a.png"), small_plot(), SINEW_MEDIA_PROGRAM);
  const std::string file = read_file(folder.file("a.png"));
  EXPECT_TRUE(file.starts_with("\x89PNG\r\n"));
  EXPECT_EQ(big_endian(file, 16), 960u);  // the header chunk: width, height
  EXPECT_EQ(big_endian(file, 20), 600u);
}

TEST(WritePlot, AnUnwritablePathIsTheUsersFault) {
  try {
    write_plot("/nowhere/a.png", small_plot(), SINEW_MEDIA_PROGRAM);
    FAIL();
  } catch (const Error& error) {
    expect_contains(error.what(), "cannot write '/nowhere/a.png'");
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(PlotJson, ComesBackAsItWas) {
  PlotSpec plot = small_plot();
  plot.curves[0].is_reference = true;
  const PlotSpec back = plot_from_json(to_json(plot));
  EXPECT_EQ(back.title, plot.title);
  EXPECT_EQ(back.width, plot.width);
  ASSERT_EQ(back.curves.size(), 1u);
  EXPECT_EQ(back.curves[0].name, "one");
  EXPECT_EQ(back.curves[0].x, plot.curves[0].x);
  EXPECT_TRUE(back.curves[0].is_reference);
  EXPECT_EQ(back.curves[0].spread, plot.curves[0].spread);
  EXPECT_TRUE(std::isnan(back.curves[0].mean[1]));
}

TEST(PlotJson, RefusesWhatItIsNot) {
  for (const char* text : {"", "{", "[]", "{}", R"({"curves": 3})", R"({"curves": [{"x": "no"}]})"})
    expect_contains(error_of([&] { plot_from_json(text); }), "description of the plot");
}

}  // namespace
}  // namespace sinew

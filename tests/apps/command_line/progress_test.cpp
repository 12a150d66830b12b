#include "apps/command_line/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace sinew {
namespace {

const ProgressState state = {.step = 420000, .fps = 32100, .mean_return = 2345.6, .eval_return = 2511};

TEST(ProgressLine, HasWhatThereIsRoomFor) {
  EXPECT_EQ(progress_line(state, 1000000, 0),
            " 42%  420k/1M steps  return 2,346  eval 2,511  32,100 steps/s  0:18 left");
  EXPECT_EQ(progress_line(state, 1000000, 120),
            " 42%  [========            ]  420k/1M steps  return 2,346  eval 2,511  32,100 steps/s  0:18 left");
  EXPECT_EQ(progress_line(state, 1000000, 60), " 42%  420k/1M steps  return 2,346  eval 2,511  0:18 left");
  EXPECT_EQ(progress_line(state, 1000000, 20), " 42%  return 2,346");
  for (int width = 5; width < 130; ++width)
    EXPECT_LE(progress_line(state, 1000000, width).size(), static_cast<size_t>(width));
}

TEST(ProgressLine, DoesNotShowWhatIsNotKnown) {
  EXPECT_EQ(progress_line({.step = 0}, 50000, 0), "  0%  0/50k steps");
  EXPECT_EQ(progress_line({.step = 50000, .fps = 100}, 50000, 0), "100%  50k/50k steps  100 steps/s");
}

std::string written(bool is_tty) {
  std::FILE* file = std::tmpfile();
  {
    Progress progress(1000, is_tty, file);
    progress.update({.step = 100});
    progress.update({.step = 200});  // too early to be drawn
    progress.update({.step = 1000});
    progress.finish();
  }
  std::rewind(file);
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(Progress, PlainLinesWhenPiped) { EXPECT_EQ(written(false), " 10%  100/1000 steps\n100%  1000/1000 steps\n"); }

TEST(Progress, OneLineThatRedrawsItselfOnATerminal) {
  const std::string text = written(true);
  EXPECT_TRUE(text.starts_with("\r\x1b[K 10%")) << text;
  EXPECT_NE(text.find("\r\x1b[K100%"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
}

}  // namespace
}  // namespace sinew

#include "vision/plot.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/expect_error.h"
#include "vision/plot_axis.h"

namespace sinew {
namespace {

std::vector<std::string> labels(double low, double high, int max_ticks) {
  const PlotAxis axis = make_axis(low, high, max_ticks);
  std::vector<std::string> texts;
  for (const double tick : axis.ticks()) texts.push_back(axis.label(tick));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(PlotAxis, HasRoundTicks) {
  EXPECT_EQ(labels(0, 1e6, 8), (Texts{"0", "200k", "400k", "600k", "800k", "1M"}));
  EXPECT_EQ(labels(0, 999424, 8), (Texts{"0", "200k", "400k", "600k", "800k", "1M"}));  // reaches for the last
  EXPECT_EQ(labels(-1200, -160, 8), (Texts{"-1.2k", "-1k", "-800", "-600", "-400", "-200"}));
  EXPECT_EQ(labels(0, 0.7, 8), (Texts{"0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"}));
  EXPECT_EQ(labels(9351, 9360, 5), (Texts{"9352.5", "9355", "9357.5", "9360"}));
  EXPECT_EQ(labels(0, 3e6, 4), (Texts{"0", "1M", "2M", "3M"}));
}

TEST(PlotAxis, ASingleValueGetsRoom) {
  for (const double value : {0.0, 500.0, -3e6, 1e-3}) {
    const PlotAxis axis = make_axis(value, value, 6);
    EXPECT_LT(axis.low, value);
    EXPECT_GT(axis.high, value);
    EXPECT_GE(axis.ticks().size(), 2u);
    EXPECT_LE(axis.ticks().size(), 7u);
  }
}

PlotSpec line(double spread) {
  PlotSpec plot;
  plot.title = "a line";
  plot.x_label = "x";
  plot.y_label = "y";
  plot.curves.push_back({"up", {0, 50, 100}, {0, 5, 10}, {}});
  if (spread > 0) plot.curves[0].spread = {spread, spread, spread};
  return plot;
}

// Pixels of about this colour.
int count(const Image& image, int red, int green, int blue, int tolerance = 10) {
  int found = 0;
  for (size_t i = 0; i < image.pixels.size(); i += 3)
    found += std::abs(image.pixels[i] - red) <= tolerance && std::abs(image.pixels[i + 1] - green) <= tolerance &&
             std::abs(image.pixels[i + 2] - blue) <= tolerance;
  return found;
}

TEST(Plot, DrawsLineAndBandInTheCurvesColour) {
  const Image plain = draw_plot(line(0)), banded = draw_plot(line(2));
  EXPECT_EQ(plain.width, 960);
  EXPECT_EQ(plain.height, 600);
  EXPECT_EQ(plain.pixels.size(), 960u * 600 * 3);
  EXPECT_GT(count(plain, 0, 114, 178), 900);       // the line itself
  EXPECT_GT(count(plain, 255, 255, 255), 450000);  // much white
  EXPECT_LT(count(plain, 209, 230, 241, 3), 500);  // no band: 18 % of the colour on white
  EXPECT_GT(count(banded, 209, 230, 241, 3), 50000);
}

TEST(Plot, AReferenceIsGreyAndDashedAndTakesNoColour) {
  PlotSpec plot = line(0);
  plot.curves.insert(plot.curves.begin(), {"before", {0, 50, 100}, {5, 5, 5}, {}, true});
  const Image image = draw_plot(plot);
  EXPECT_GT(count(image, 0, 114, 178), 900);  // still the palette's first
  const int dashed = count(image, 135, 135, 135, 3);
  plot.curves[0].is_reference = false;
  const int solid = count(draw_plot(plot), 0, 114, 178);
  EXPECT_GT(dashed, solid / 4);
  EXPECT_LT(dashed, 3 * solid / 4);
}

TEST(Plot, LeavesOutWhatIsNotFinite) {
  PlotSpec plot = line(0);
  plot.curves[0].mean[1] = std::nan("");
  plot.curves.push_back({"nothing", {}, {}, {}});
  plot.curves.push_back({"one point", {50}, {3}, {}});
  EXPECT_GT(count(draw_plot(plot), 0, 114, 178), 900);
  plot.curves = {{"nothing", {1, 2}, {std::nan(""), INFINITY}, {}}};
  expect_contains(error_of([&] { draw_plot(plot); }), "nothing to plot");
}

TEST(Plot, RefusesAnAbsurdSize) {
  PlotSpec plot = line(0);
  plot.width = 100000;
  expect_contains(error_of([&] { draw_plot(plot); }), "100000x600");
}

}  // namespace
}  // namespace sinew

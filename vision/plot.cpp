#include "vision/plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "vision/plot_axis.h"
#include "vision/plot_canvas_internal.h"

namespace sinew {
namespace {

const cv::Scalar text_colour(45, 45, 45), muted_colour(100, 100, 100), grid_colour(232, 232, 232),
    spine_colour(160, 160, 160), reference_colour(135, 135, 135), white(255, 255, 255);

// Okabe and Ito's palette, which colour-blind readers can distinguish; reference curves use none of it.
std::vector<cv::Scalar> colours_of(const std::vector<PlotCurve>& curves) {
  static const std::array<cv::Scalar, 7> palette = {
      cv::Scalar(0, 114, 178), cv::Scalar(213, 94, 0),   cv::Scalar(0, 158, 115), cv::Scalar(204, 121, 167),
      cv::Scalar(230, 159, 0), cv::Scalar(86, 180, 233), cv::Scalar(90, 90, 90)};
  std::vector<cv::Scalar> colours;
  size_t next = 0;
  for (const PlotCurve& curve : curves)
    colours.push_back(curve.is_reference ? reference_colour : palette[next++ % palette.size()]);
  return colours;
}

struct Box {
  double left, top, right, bottom;
  bool contains(const cv::Point2d& p) const { return p.x >= left && p.x <= right && p.y >= top && p.y <= bottom; }
};

// The finite points of a curve.
struct Points {
  std::vector<double> x, mean, spread;
};
Points finite_points(const PlotCurve& curve) {
  Points points;
  for (size_t i = 0; i < std::min(curve.x.size(), curve.mean.size()); ++i) {
    if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.mean[i])) continue;
    points.x.push_back(curve.x[i]);
    points.mean.push_back(curve.mean[i]);
    points.spread.push_back(i < curve.spread.size() && std::isfinite(curve.spread[i]) ? curve.spread[i] : 0.0);
  }
  return points;
}

// The plot area, and the mapping from data to pixels.
struct Layout {
  Box area;
  PlotAxis x, y;
  cv::Point2d at(double data_x, double data_y) const {
    return {area.left + (data_x - x.low) / (x.high - x.low) * (area.right - area.left),
            area.bottom - (data_y - y.low) / (y.high - y.low) * (area.bottom - area.top)};
  }
};

Layout make_layout(const PlotSpec& plot, const std::vector<Points>& curves) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double x_low = infinity, x_high = -infinity, y_low = infinity, y_high = -infinity;
  for (const Points& curve : curves) {
    for (size_t i = 0; i < curve.x.size(); ++i) {
      x_low = std::min(x_low, curve.x[i]);
      x_high = std::max(x_high, curve.x[i]);
      y_low = std::min(y_low, curve.mean[i] - curve.spread[i]);
      y_high = std::max(y_high, curve.mean[i] + curve.spread[i]);
    }
  }
  if (!(x_low <= x_high)) fail("there is nothing to plot: no curve has a finite point");
  if (x_low > 0 && x_low < 0.25 * x_high) x_low = 0;  // time starts at zero
  const double room = 0.05 * (y_high - y_low);
  Layout layout{.area = {0, plot.title.empty() ? 24.0 : 58.0, plot.width - 32.0, plot.height - 66.0},
                .x = make_axis(x_low, x_high, std::max(3, plot.width / 110)),
                .y = make_axis(y_low - room, y_high + room, std::max(3, plot.height / 75))};
  double widest = 0;
  for (const double tick : layout.y.ticks()) widest = std::max(widest, Canvas::text_width(layout.y.label(tick), 9));
  layout.area.left = (plot.y_label.empty() ? 24.0 : 50.0) + widest;
  return layout;
}

void draw_axes(Canvas& canvas, const PlotSpec& plot, const Layout& layout) {
  const auto& [left, top, right, bottom] = layout.area;
  for (const double tick : layout.y.ticks()) {
    const double y = layout.at(0, tick).y;
    const std::string label = layout.y.label(tick);
    canvas.line({left, y}, {right, y}, grid_colour, 1);
    canvas.text(label, {left - 9 - Canvas::text_width(label, 9), y + 4.5}, 9, muted_colour);
  }
  for (const double tick : layout.x.ticks()) {
    const double x = layout.at(tick, 0).x;
    const std::string label = layout.x.label(tick);
    canvas.line({x, top}, {x, bottom}, grid_colour, 1);
    canvas.line({x, bottom}, {x, bottom + 5}, spine_colour, 1);
    canvas.text(label, {x - Canvas::text_width(label, 9) / 2, bottom + 21}, 9, muted_colour);
  }
  canvas.line({left, bottom}, {right, bottom}, spine_colour, 1);
  const double middle = (left + right) / 2;
  canvas.text(plot.x_label, {middle - Canvas::text_width(plot.x_label, 10) / 2, plot.height - 15.0}, 10, text_colour);
  if (!plot.y_label.empty()) canvas.text_upwards(plot.y_label, {20, (top + bottom) / 2}, 10, text_colour);
  canvas.text(plot.title, {left, 34}, 13, text_colour);
}

void draw_band(Canvas& canvas, const Layout& layout, const Points& curve, const cv::Scalar& colour) {
  if (std::all_of(curve.spread.begin(), curve.spread.end(), [](double s) { return s == 0; })) return;
  std::vector<cv::Point2d> outline;
  for (size_t i = 0; i < curve.x.size(); ++i) outline.push_back(layout.at(curve.x[i], curve.mean[i] + curve.spread[i]));
  for (size_t i = curve.x.size(); i-- > 0;) outline.push_back(layout.at(curve.x[i], curve.mean[i] - curve.spread[i]));
  canvas.polygon(outline, colour, 0.18);
}

void draw_line(Canvas& canvas, const std::vector<cv::Point2d>& line, const cv::Scalar& colour, double thickness,
               bool dashed) {
  if (line.size() == 1)
    canvas.disc(line[0], 3.5, colour);
  else if (dashed)
    canvas.dashes(line, colour, thickness, 7, 5);
  else if (!line.empty())
    canvas.polyline(line, colour, thickness);
}

std::vector<cv::Point2d> line_of(const Layout& layout, const Points& curve) {
  std::vector<cv::Point2d> line;
  for (size_t i = 0; i < curve.x.size(); ++i) line.push_back(layout.at(curve.x[i], curve.mean[i]));
  return line;
}

// Draws the legend in the corner where it hides the fewest points.
void draw_legend(Canvas& canvas, const PlotSpec& plot, const Layout& layout, const std::vector<Points>& curves,
                 const std::vector<cv::Scalar>& colours) {
  double width = 0;
  int names = 0;
  for (const PlotCurve& curve : plot.curves) {
    width = std::max(width, Canvas::text_width(curve.name, 9.5));
    names += curve.name.empty() ? 0 : 1;
  }
  if (names == 0) return;
  constexpr double row = 22, margin = 12;
  width += 56;
  const double height = row * names + 10;
  const auto& [left, top, right, bottom] = layout.area;
  const auto box_at = [&](bool at_right, bool at_bottom) {
    const double x = at_right ? right - margin - width : left + margin;
    const double y = at_bottom ? bottom - margin - height : top + margin;
    return Box{x, y, x + width, y + height};
  };
  const auto hidden = [&](const Box& box) {
    int count = 0;
    for (const Points& curve : curves)
      for (size_t i = 0; i < curve.x.size(); ++i)
        for (const double side : {-1.0, 0.0, 1.0})
          count += box.contains(layout.at(curve.x[i], curve.mean[i] + side * curve.spread[i])) ? 1 : 0;
    return count;
  };
  Box box = box_at(false, false);
  for (const Box& other : {box_at(true, true), box_at(true, false), box_at(false, true)})
    if (hidden(other) < hidden(box)) box = other;

  canvas.polygon({{box.left, box.top}, {box.right, box.top}, {box.right, box.bottom}, {box.left, box.bottom}}, white,
                 0.85);
  double y = box.top + 5 + row / 2;
  for (size_t i = 0; i < plot.curves.size(); ++i) {
    if (plot.curves[i].name.empty()) continue;
    draw_line(canvas, {{box.left + 10, y}, {box.left + 34, y}}, colours[i], 3, plot.curves[i].is_reference);
    canvas.text(plot.curves[i].name, {box.left + 44, y + 4.5}, 9.5, text_colour);
    y += row;
  }
}

}  // namespace

Image draw_plot(const PlotSpec& plot) {
  if (plot.width < 200 || plot.height < 150 || plot.width > 4000 || plot.height > 4000)
    fail("a plot of {}x{} pixels is impossible: 200x150 to 4000x4000", plot.width, plot.height);
  std::vector<Points> curves;
  for (const PlotCurve& curve : plot.curves) curves.push_back(finite_points(curve));
  const Layout layout = make_layout(plot, curves);
  Canvas canvas(plot.width, plot.height);
  draw_axes(canvas, plot, layout);
  const std::vector<cv::Scalar> colours = colours_of(plot.curves);
  for (size_t i = 0; i < curves.size(); ++i) draw_band(canvas, layout, curves[i], colours[i]);
  for (size_t i = 0; i < curves.size(); ++i)
    draw_line(canvas, line_of(layout, curves[i]), colours[i], 2.2, plot.curves[i].is_reference);
  draw_legend(canvas, plot, layout, curves, colours);
  return canvas.finish();
}

}  // namespace sinew

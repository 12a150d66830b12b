#pragma once
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "core/image.h"

namespace sinew {

/// A picture in coordinates of final pixels (fractions allowed), RGB, white at first. It is drawn larger and then
/// averaged down, for smooth lines and letters.
class Canvas {
 public:
  Canvas(int width, int height)
      : large_(height * oversampling, width * oversampling, CV_8UC3, cv::Scalar(255, 255, 255)) {}

  void line(cv::Point2d a, cv::Point2d b, const cv::Scalar& colour, double thickness) {
    cv::line(large_, fixed(a), fixed(b), colour, stroke(thickness), cv::LINE_AA, shift);
  }
  void polyline(const std::vector<cv::Point2d>& points, const cv::Scalar& colour, double thickness) {
    cv::polylines(large_, fixed(points), false, colour, stroke(thickness), cv::LINE_AA, shift);
  }
  // A dashed line: `on` pixels drawn, `off` pixels not, continuing around corners.
  void dashes(const std::vector<cv::Point2d>& points, const cv::Scalar& colour, double thickness, double on,
              double off) {
    double phase = 0;  // position within a dash and its gap
    for (size_t i = 1; i < points.size(); ++i) {
      const double length = cv::norm(points[i] - points[i - 1]);
      const cv::Point2d unit = length > 0 ? (points[i] - points[i - 1]) / length : cv::Point2d();
      for (double at = 0; at < length;) {
        const double step = std::min(length - at, (phase < on ? on : on + off) - phase);
        if (phase < on) line(points[i - 1] + at * unit, points[i - 1] + (at + step) * unit, colour, thickness);
        at += step;
        phase += step;
        if (phase >= on + off - 1e-9) phase = 0;
      }
    }
  }
  void disc(cv::Point2d centre, double radius, const cv::Scalar& colour) {
    const int size = static_cast<int>(std::lround(radius * oversampling * (1 << shift)));
    cv::circle(large_, fixed(centre), size, colour, cv::FILLED, cv::LINE_AA, shift);
  }
  // Fills a polygon; opacity 1 hides everything below.
  void polygon(const std::vector<cv::Point2d>& points, const cv::Scalar& colour, double opacity) {
    const std::vector<cv::Point> outline = fixed(points);
    cv::Rect frame = cv::boundingRect(outline);
    frame = cv::Rect(frame.x >> shift, frame.y >> shift, (frame.width >> shift) + 2, (frame.height >> shift) + 2) &
            cv::Rect(0, 0, large_.cols, large_.rows);
    if (frame.empty()) return;
    cv::Mat below = large_(frame), tinted = below.clone();
    const cv::Point offset(-frame.x * (1 << shift), -frame.y * (1 << shift));
    std::vector<cv::Point> moved;
    for (const cv::Point& point : outline) moved.push_back(point + offset);
    cv::fillPoly(tinted, std::vector<std::vector<cv::Point>>{moved}, colour, cv::LINE_AA, shift);
    cv::addWeighted(tinted, opacity, below, 1 - opacity, 0, below);
  }

  // Text `size` pixels high (a capital letter), `at` its left end on the base line.
  void text(const std::string& words, cv::Point2d at, double size, const cv::Scalar& colour) {
    const cv::Point origin(static_cast<int>(std::lround(at.x * oversampling)),
                           static_cast<int>(std::lround(at.y * oversampling)));
    cv::putText(large_, words, origin, font, scale(size), colour, pen(size), cv::LINE_AA);
  }
  static double text_width(const std::string& words, double size) {
    int baseline = 0;
    return static_cast<double>(cv::getTextSize(words, font, scale(size), pen(size), &baseline).width) / oversampling;
  }
  // Draws text that reads upwards, centred on `centre`.
  void text_upwards(const std::string& words, cv::Point2d centre, double size, const cv::Scalar& colour) {
    const int width = static_cast<int>(text_width(words, size)) + 4, height = static_cast<int>(2 * size) + 4;
    Canvas flat(width, height);
    flat.text(words, {2, 1.5 * size}, size, colour);
    cv::Mat upright;
    cv::rotate(flat.large_, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
    const cv::Rect place(static_cast<int>(centre.x * oversampling) - upright.cols / 2,
                         static_cast<int>(centre.y * oversampling) - upright.rows / 2, upright.cols, upright.rows);
    const cv::Rect visible = place & cv::Rect(0, 0, large_.cols, large_.rows);
    if (!visible.empty()) upright(visible - place.tl()).copyTo(large_(visible));
  }

  Image finish() const {
    Image image;
    image.height = large_.rows / oversampling;
    image.width = large_.cols / oversampling;
    image.pixels.resize(static_cast<size_t>(image.height) * static_cast<size_t>(image.width) * 3);
    cv::Mat small(image.height, image.width, CV_8UC3, image.pixels.data());
    cv::resize(large_, small, small.size(), 0, 0, cv::INTER_AREA);
    return image;
  }

 private:
  static constexpr int oversampling = 3;
  static constexpr int shift = 4;  // fixed-point bits of the coordinates given to OpenCV
  static constexpr int font = cv::FONT_HERSHEY_SIMPLEX;
  static double scale(double size) { return size * oversampling / 21.0; }  // its capitals are 21 units high
  static int pen(double size) { return std::max(1, static_cast<int>(std::lround(0.125 * size * oversampling))); }
  static int stroke(double thickness) { return std::max(1, static_cast<int>(std::lround(thickness * oversampling))); }
  static cv::Point fixed(cv::Point2d p) {
    constexpr double unit = oversampling * (1 << shift);
    return {static_cast<int>(std::lround(p.x * unit)), static_cast<int>(std::lround(p.y * unit))};
  }
  static std::vector<cv::Point> fixed(const std::vector<cv::Point2d>& points) {
    std::vector<cv::Point> result;
    for (const cv::Point2d& point : points) result.push_back(fixed(point));
    return result;
  }

  cv::Mat large_;
};

}  // namespace sinew

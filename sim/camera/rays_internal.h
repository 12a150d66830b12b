#pragma once
#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace sinew {

using Vec3 = std::array<double, 3>;

inline double dot(const Vec3& a, const Vec3& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
inline Vec3 cross(const Vec3& a, const Vec3& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

/// An area of pixels; bottom and right are exclusive.
struct PixelArea {
  int top, bottom, left, right;
};

/// One ray per pixel, through its middle. A ray has length 1 along the optical axis, so a point at t times the ray is t
/// metres deep.
class Rays {
 public:
  Rays(const mjvGLCamera& camera, int height, int width) : height_(height), width_(width) {
    for (size_t i = 0; i < 3; ++i) {
      origin_[i] = static_cast<double>(camera.pos[i]);
      axis_[i] = static_cast<double>(camera.forward[i]);
      up_[i] = static_cast<double>(camera.up[i]);
    }
    right_ = cross(axis_, up_);
    nearest_ = static_cast<double>(camera.frustum_near);
    farthest_ = static_cast<double>(camera.frustum_far);
    top_ = static_cast<double>(camera.frustum_top) / nearest_;
    pixel_ = (top_ - static_cast<double>(camera.frustum_bottom) / nearest_) / height;
    left_ = static_cast<double>(camera.frustum_center) / nearest_ - 0.5 * pixel_ * width;
  }

  const Vec3& origin() const { return origin_; }
  const Vec3& axis() const { return axis_; }
  /// Depths (m) outside this range are clipped.
  double nearest() const { return nearest_; }
  double farthest() const { return farthest_; }

  Vec3 at(int row, int column) const {
    const double x = left_ + (column + 0.5) * pixel_, y = top_ - (row + 0.5) * pixel_;
    return {axis_[0] + x * right_[0] + y * up_[0], axis_[1] + x * right_[1] + y * up_[1],
            axis_[2] + x * right_[2] + y * up_[2]};
  }

  PixelArea all() const { return {0, height_, 0, width_}; }
  /// The area outside of which no pixel sees the sphere; `center` is relative to the origin.
  PixelArea around_sphere(const Vec3& center, double radius) const {
    const double depth = dot(axis_, center);
    const Tangents x = tangents(dot(right_, center), depth, radius), y = tangents(dot(up_, center), depth, radius);
    return area(x, y);
  }
  /// The same for a triangle.
  PixelArea around_triangle(const std::array<Vec3, 3>& corners) const {
    Tangents x{infinity, -infinity}, y = x;
    for (const Vec3& corner : corners) {
      const double depth = dot(axis_, corner);
      if (depth < 0.5 * nearest_) return all();
      const double to_right = dot(right_, corner) / depth, to_up = dot(up_, corner) / depth;
      x = {std::min(x.low, to_right), std::max(x.high, to_right)};
      y = {std::min(y.low, to_up), std::max(y.high, to_up)};
    }
    return area(x, y);
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  struct Tangents {
    double low, high;
  };
  // The range in which a sphere is seen along one axis of the picture.
  static Tangents tangents(double sideways, double depth, double radius) {
    const double distance = std::hypot(sideways, depth);
    if (distance <= radius) return {-infinity, infinity};
    const double middle = std::atan2(sideways, depth), half = std::asin(radius / distance);
    const auto tangent = [](double angle) {
      constexpr double right_angle = std::numbers::pi / 2;
      return angle <= -right_angle ? -infinity : angle >= right_angle ? infinity : std::tan(angle);
    };
    return {tangent(middle - half), tangent(middle + half)};
  }
  PixelArea area(const Tangents& x, const Tangents& y) const {
    const auto first = [](double edge, int n) { return static_cast<int>(std::clamp(std::floor(edge), 0.0, 1.0 * n)); };
    const auto end = [](double edge, int n) { return static_cast<int>(std::clamp(std::ceil(edge), 0.0, 1.0 * n)); };
    return {first((top_ - y.high) / pixel_, height_), end((top_ - y.low) / pixel_, height_),
            first((x.low - left_) / pixel_, width_), end((x.high - left_) / pixel_, width_)};
  }

  int height_, width_;
  Vec3 origin_, axis_, right_, up_;
  double nearest_, farthest_;
  double left_, top_, pixel_;  // of the picture plane at a depth of 1 m
};

}  // namespace sinew

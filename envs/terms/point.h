#pragma once
#include <array>
#include <string>

#include "envs/terms/task_registry.h"

namespace sinew {

/// A body's or a site's origin.
class Point {
 public:
  static Point body(const std::string& name, const TermSource& source) {
    return {source.find(Model::Element::body, name), false};
  }
  static Point site(const std::string& name, const TermSource& source) {
    return {source.find(Model::Element::site, name), true};
  }
  /// The body of that name or, if there is none, the site.
  static Point named(const std::string& name, const TermSource& source) {
    const bool is_site = !source.model.has(Model::Element::body, name) && source.model.has(Model::Element::site, name);
    return is_site ? site(name, source) : body(name, source);
  }

  /// In the world frame, m.
  std::array<double, 3> position(const Simulation& sim) const {
    const auto p = is_site_ ? sim.site_xpos(index_) : sim.xpos(index_);
    return {p[0], p[1], p[2]};
  }
  /// Transforms a vector from world axes to the axes of the body or site.
  std::array<double, 3> to_frame(const Simulation& sim, const std::array<double, 3>& world) const {
    const auto m = is_site_ ? sim.site_xmat(index_) : sim.xmat(index_);
    std::array<double, 3> own;
    for (size_t i = 0; i < 3; ++i) own[i] = m[i] * world[0] + m[3 + i] * world[1] + m[6 + i] * world[2];
    return own;
  }

 private:
  Point(int index, bool is_site) : index_(index), is_site_(is_site) {}
  int index_;
  bool is_site_;
};

}  // namespace sinew

// Observations of the positions and orientations of bodies and sites.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/terms/axes.h"
#include "envs/terms/point.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

struct PositionParams {
  std::string relative_to, frame = "world";
  std::vector<std::string> axes = {"x", "y", "z"};
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("relative_to", relative_to);
    v.optional("frame", frame, Choices{"world", "relative_to"});
    v.optional("axes", axes);
  }
};

/// A point's position relative to a body or site, in world axes or in the axes of that body or site.
class Position : public ObservationTerm {
 public:
  void observe(const TaskState& state, Rng&, double* out) override {
    std::array<double, 3> p = point_.position(state.sim);
    if (origin_) {
      const std::array<double, 3> origin = origin_->position(state.sim);
      for (size_t i = 0; i < 3; ++i) p[i] -= origin[i];
      if (in_its_frame_) p = origin_->to_frame(state.sim, p);
    }
    for (const size_t axis : axes_) *out++ = p[axis];
  }

 protected:
  Position(Point point, const std::string& name, const PositionParams& params, const TermSource& source)
      : point_(point), in_its_frame_(params.frame == "relative_to") {
    if (!params.relative_to.empty()) origin_ = Point::named(params.relative_to, source);
    if (in_its_frame_ && !origin_)
      throw source.node.error("frame: relative_to needs 'relative_to', the body or site whose axes are meant");
    const std::string from = origin_ ? " from " + params.relative_to : "";
    for (const std::string& axis : params.axes) {
      axes_.push_back(checked_axis(axis, source.node));
      add_number(fmt::format("{} {}{}", name, axis, from), "m");
    }
  }

 private:
  Point point_;
  std::optional<Point> origin_;
  bool in_its_frame_;
  std::vector<size_t> axes_;
};

class BodyPosition final : public Position {
 public:
  struct Params : PositionParams {
    std::string body;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("body", body);
      PositionParams::visit(v);
    }
  };
  BodyPosition(const Params& params, const TermSource& source)
      : Position(Point::body(params.body, source), params.body, params, source) {}
};

class SitePosition final : public Position {
 public:
  struct Params : PositionParams {
    std::string site;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("site", site);
      PositionParams::visit(v);
    }
  };
  SitePosition(const Params& params, const TermSource& source)
      : Position(Point::site(params.site, source), params.site, params, source) {}
};

}  // namespace

std::vector<TermRow<ObservationTerm>> pose_observations() {
  return {
      term_row<ObservationTerm, BodyPosition>(
          "body_pos",
          "position of the frame of `body` along `axes`; minus that of `relative_to`, a body or site, in the axes of "
          "`frame` (`world` or `relative_to`)",
          "m"),
      term_row<ObservationTerm, SitePosition>("site_pos", "position of `site`, as `body_pos`", "m"),
  };
}

}  // namespace sinew

// Terminations for a robot that falls, bumps into something, or bends too far.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "envs/terms/joint_ranges.h"
#include "envs/terms/point.h"
#include "envs/terms/tables.h"
#include "envs/terms/touch.h"

namespace sinew {
namespace {

class Height final : public TerminationTerm {
 public:
  struct Params {
    std::string body, site;
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("body", body);
      v.optional("site", site);
      v.optional("low", low);
      v.optional("high", high);
    }
  };
  Height(const Params& params, const TermSource& source)
      : point_(point(params, source)), low_(params.low), high_(params.high) {
    if (std::isinf(low_) && std::isinf(high_))
      throw source.node.error("'low', 'high' or both are needed: where the height may be");
    if (low_ > high_) throw source.node.error(fmt::format("low is {}, above high, {}", low_, high_));
  }
  bool ended(const TaskState& state) override {
    const double z = point_.position(state.sim)[2];
    return z < low_ || z > high_;
  }

 private:
  static Point point(const Params& params, const TermSource& source) {
    if (params.body.empty() == params.site.empty())
      throw source.node.error("one of 'body' and 'site' is needed: whose height is meant");
    return params.site.empty() ? Point::body(params.body, source) : Point::site(params.site, source);
  }
  Point point_;
  double low_, high_;
};

class Tilt final : public TerminationTerm {
 public:
  struct Params {
    std::string body;
    double most = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("body", body);
      v.required("most", most, above_up_to(0, std::numbers::pi));
    }
  };
  Tilt(const Params& params, const TermSource& source)
      : body_(source.find(Model::Element::body, params.body)), least_cosine_(std::cos(params.most)) {}
  bool ended(const TaskState& state) override { return state.sim.xmat(body_)[8] < least_cosine_; }

 private:
  int body_;
  double least_cosine_;
};

class ContactEnds final : public TerminationTerm {
 public:
  using Params = TouchParams;
  ContactEnds(const Params& params, const TermSource& source) : touch_(params, source) {}
  bool ended(const TaskState& state) override {
    return std::ranges::any_of(touch_.forces(state.sim), [](double force) { return force > 0; });
  }

 private:
  Touch touch_;
};

class BeyondJointLimits final : public TerminationTerm {
 public:
  using Params = JointRangeParams;
  BeyondJointLimits(const Params& params, const TermSource& source)
      : ranges_(joint_ranges(params.joints, params.margin, source)) {}
  bool ended(const TaskState& state) override {
    return std::ranges::any_of(ranges_, [&](const JointRange& range) { return range.excess(state.sim) > 0; });
  }

 private:
  std::vector<JointRange> ranges_;
};

}  // namespace

std::vector<TermRow<TerminationTerm>> fall_terminations() {
  return {
      term_row<TerminationTerm, Height>("height", "the world z of the frame of `body` or of `site` leaves [low, high]",
                                        "m"),
      term_row<TerminationTerm, Tilt>(
          "tilt", "the angle between the z axis of `body` and the world's is more than `most`, up to π", "rad"),
      term_row<TerminationTerm, ContactEnds>(
          "contact",
          "one of `geoms` or `bodies` touches (normal force > 0) anything, or one of `with`, geoms or bodies", ""),
      term_row<TerminationTerm, BeyondJointLimits>(
          "joint_limits",
          "a joint is outside [low − margin, high + margin] of its range; `joints` "
          "is a list, or `all` that have a range",
          "rad or m"),
  };
}

}  // namespace sinew

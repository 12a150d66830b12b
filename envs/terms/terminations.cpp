#include <algorithm>
#include <limits>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The numbers that are inside; a NaN is not.
struct Bounds {
  double low = -infinity, high = infinity;
  bool open = false;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("low", low);
    v.optional("high", high);
    v.optional("open", open);
  }
  bool contains(double x) const { return open ? x > low && x < high : x >= low && x <= high; }
};

class Outside final : public TerminationTerm {
 public:
  struct Params : Bounds {
    ConfigNode of;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("of", of);
      Bounds::visit(v);
    }
  };
  Outside(const Params& params, const TermSource& source)
      : bounds_(params), measured_(make_observation(params.of, source)), numbers_(measured_->size()), rng_(0) {}
  void begin_episode(const TaskState& state) override { measured_->begin_episode(state); }
  bool ended(const TaskState& state) override {
    measured_->observe(state, rng_, numbers_.data());
    return !std::ranges::all_of(numbers_, [this](double x) { return bounds_.contains(x); });
  }

 private:
  Bounds bounds_;
  std::unique_ptr<ObservationTerm> measured_;
  std::vector<double> numbers_;
  Rng rng_;
};

class JointOutside final : public TerminationTerm {
 public:
  struct Params : Bounds {
    std::string joint;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joint", joint);
      Bounds::visit(v);
    }
  };
  JointOutside(const Params& params, const TermSource& source) : bounds_(params) {
    const int joint = source.find(Model::Element::joint, params.joint);
    if (source.model.joint_qpos_size(joint) != 1)
      throw source.node.error(fmt::format("the joint '{}' neither slides nor turns on a hinge", params.joint));
    address_ = static_cast<size_t>(source.model.qpos_address(joint));
  }
  bool ended(const TaskState& state) override { return !bounds_.contains(state.sim.qpos()[address_]); }

 private:
  Bounds bounds_;
  size_t address_;
};

class SiteBelow final : public TerminationTerm {
 public:
  struct Params {
    std::string site;
    double height = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("site", site);
      v.required("height", height);
    }
  };
  SiteBelow(const Params& params, const TermSource& source)
      : site_(source.find(Model::Element::site, params.site)), height_(params.height) {}
  bool ended(const TaskState& state) override { return state.sim.site_xpos(site_)[2] <= height_; }

 private:
  int site_;
  double height_;
};

}  // namespace

std::vector<TermRow<TerminationTerm>> builtin_terminations() {
  return {
      term_row<TerminationTerm, Outside>(
          "outside", "a number of the observation term `of` leaves [low, high], or (low, high) where `open`",
          "of the term"),
      term_row<TerminationTerm, JointOutside>(
          "joint_outside", "the position of `joint` leaves [low, high], or (low, high) where `open`", "m or rad"),
      term_row<TerminationTerm, SiteBelow>("site_below", "the world z of `site` is at most `height`", "m"),
  };
}

}  // namespace sinew

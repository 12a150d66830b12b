#include <algorithm>
#include <cmath>
#include <limits>

#include "envs/terms/measure.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

/// The accepted range of numbers; a NaN is outside.
struct Bounds {
  double low = -unbounded, high = unbounded;
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
  Outside(const Params& params, const TermSource& source) : bounds_(params), measure_(params.of, source) {}
  void begin_episode(const TaskState& state) override { measure_.begin_episode(state); }
  void visit_state(StateArchive& archive) override { archive("measure", measure_); }
  bool ended(const TaskState& state) override {
    return !std::ranges::all_of(measure_.now(state), [this](double x) { return bounds_.contains(x); });
  }

 private:
  Bounds bounds_;
  Measure measure_;
};

class Success final : public TerminationTerm {
 public:
  struct Params {
    ConfigNode of;
    double within = 0;
    int steps = 1;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("of", of);
      v.required("within", within, at_least(0));
      v.optional("steps", steps, at_least(1));
    }
  };
  Success(const Params& params, const TermSource& source)
      : within_(params.within), steps_(params.steps), measure_(params.of, source) {}
  void begin_episode(const TaskState& state) override {
    measure_.begin_episode(state);
    inside_ = 0;
  }
  void visit_state(StateArchive& archive) override {
    archive("measure", measure_);
    archive("inside", inside_);
  }
  bool ended(const TaskState& state) override {
    double sum = 0;
    for (const double x : measure_.now(state)) sum += x * x;
    inside_ = std::sqrt(sum) <= within_ ? inside_ + 1 : 0;
    return inside_ >= steps_;
  }
  bool is_success() const override { return true; }

 private:
  double within_;
  int steps_, inside_ = 0;  // env steps in a row
  Measure measure_;
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
      term_row<TerminationTerm, Success>("success",
                                         "the task is done: ‖x‖ ≤ `within` for `steps` env steps on end, x the numbers "
                                         "of the observation term `of`; counted in rollout/success_rate",
                                         "of the term"),
      term_row<TerminationTerm, JointOutside>(
          "joint_outside", "the position of `joint` leaves [low, high], or (low, high) where `open`", "m or rad"),
      term_row<TerminationTerm, SiteBelow>("site_below", "the world z of `site` is at most `height`", "m"),
  };
}

}  // namespace sinew

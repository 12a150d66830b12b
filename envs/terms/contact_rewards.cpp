// Rewards for contacts: feet that stand, swing and slip, bodies that bump.
#include <algorithm>
#include <array>
#include <cmath>

#include "envs/terms/tables.h"
#include "envs/terms/touch.h"

namespace sinew {
namespace {

class ContactCount final : public RewardTerm {
 public:
  using Params = TouchParams;
  ContactCount(const Params& params, const TermSource& source) : touch_(params, source) {}
  double value(const TaskState& state) override {
    return static_cast<double>(std::ranges::count_if(touch_.forces(state.sim), [](double force) { return force > 0; }));
  }

 private:
  Touch touch_;
};

class ContactForceExcess final : public RewardTerm {
 public:
  struct Params : TouchParams {
    double limit = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      TouchParams::visit(v);
      v.required("limit", limit, at_least(0));
    }
  };
  ContactForceExcess(const Params& params, const TermSource& source) : touch_(params, source), limit_(params.limit) {}
  double value(const TaskState& state) override {
    double sum = 0;
    for (const double force : touch_.forces(state.sim)) sum += std::max(0.0, force - limit_);
    return sum;
  }

 private:
  Touch touch_;
  double limit_;
};

class FootSlip final : public RewardTerm {
 public:
  using Params = TouchParams;
  FootSlip(const Params& params, const TermSource& source) : touch_(params, source), feet_(touch_.size()) {}
  double value(const TaskState& state) override {
    std::ranges::fill(feet_, Foot{});
    touch_.for_each(state.sim, [this](size_t index, const Contact& contact) {
      Foot& foot = feet_[index];
      ++foot.contacts;
      for (size_t i = 0; i < 3; ++i) foot.position_sum[i] += contact.position[i];
    });
    double sum = 0;
    for (size_t i = 0; i < feet_.size(); ++i)
      if (feet_[i].contacts > 0) sum += slip(feet_[i], touch_.body(i), state.sim);
    return sum;
  }

 private:
  struct Foot {
    int contacts = 0;
    std::array<double, 3> position_sum{};
  };
  // The squared horizontal velocity of the body at the middle of its contacts: v + ω × r.
  static double slip(const Foot& foot, int body, const Simulation& sim) {
    const std::array<double, 6> velocity = sim.body_velocity(body, false);
    std::array<double, 3> r;
    for (size_t i = 0; i < 3; ++i) r[i] = foot.position_sum[i] / foot.contacts - sim.xpos(body)[i];
    const double vx = velocity[3] + velocity[1] * r[2] - velocity[2] * r[1];
    const double vy = velocity[4] + velocity[2] * r[0] - velocity[0] * r[2];
    return vx * vx + vy * vy;
  }

  Touch touch_;
  std::vector<Foot> feet_;
};

class AirTime final : public RewardTerm {
 public:
  struct Params : TouchParams {
    double target = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      TouchParams::visit(v);
      v.required("target", target, at_least(0));
    }
  };
  AirTime(const Params& params, const TermSource& source)
      : touch_(params, source), target_(params.target), feet_(touch_.size()) {}
  void begin_episode(const TaskState&) override { std::ranges::fill(feet_, Foot{}); }
  void visit_state(StateArchive& archive) override { archive("feet", std::span(feet_)); }
  double value(const TaskState& state) override {
    const auto forces = touch_.forces(state.sim);
    double sum = 0;
    for (size_t i = 0; i < feet_.size(); ++i) {
      Foot& foot = feet_[i];
      if (forces[i] > 0) {
        if (foot.steps_in_air > 0) sum += foot.steps_in_air * state.dt - target_;
        foot = {.has_stood = true};
      } else if (foot.has_stood) {
        ++foot.steps_in_air;
      }
    }
    return sum;
  }

 private:
  struct Foot {
    bool has_stood = false;  // in this episode: the fall at its start is not a step
    int steps_in_air = 0;
    void visit_state(StateArchive& archive) {
      archive("has_stood", has_stood);
      archive("steps_in_air", steps_in_air);
    }
  };
  Touch touch_;
  double target_;
  std::vector<Foot> feet_;
};

}  // namespace

std::vector<TermRow<RewardTerm>> contact_rewards() {
  return {
      term_row<RewardTerm, FootSlip>(
          "foot_slip",
          "Σ (vx² + vy²) over those of `geoms` or `bodies` that touch (normal force > 0), v their velocity in the "
          "world in the middle of their contacts; touching `with` geoms or bodies alone, where given",
          "(m/s)²"),
      term_row<RewardTerm, AirTime>("air_time",
                                    "Σ (t − target) over those of `geoms` or `bodies` that touch down, t the time in "
                                    "the air; once they have stood "
                                    "on the ground in the episode",
                                    "s"),
      term_row<RewardTerm, ContactCount>("contact_count", "how many of `geoms` or `bodies` touch, as `foot_slip`", "1"),
      term_row<RewardTerm, ContactForceExcess>(
          "contact_force_excess",
          "Σ max(0, F − limit) over `geoms` or `bodies`, F the sum of the normal forces of their contacts", "N"),
  };
}

}  // namespace sinew

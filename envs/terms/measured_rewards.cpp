// Rewards that are a function of the numbers of an observation term.
#include <cmath>

#include "envs/terms/function_of.h"
#include "envs/terms/goal.h"
#include "envs/terms/measure.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

class Measured : public RewardTerm {
 public:
  void begin_episode(const TaskState& state) override { measure_.begin_episode(state); }
  void visit_state(StateArchive& archive) override { archive("measure", measure_); }

 protected:
  Measured(const ConfigNode& of, const TermSource& source) : measure_(of, source) {}
  Measure measure_;
};

double itself(double x) { return x; }
double square(double x) { return x * x; }
double absolute(double x) { return std::abs(x); }

template <double (*function)(double)>
class SumOf final : public Measured {
 public:
  using Params = OfParams;
  SumOf(const Params& params, const TermSource& source) : Measured(params.of, source) {}
  double value(const TaskState& state) override {
    double sum = 0;
    for (const double x : measure_.now(state)) sum += function(x);
    return sum;
  }
};

class TrackingError final : public Measured {
 public:
  struct Params : OfParams, GoalParams {
    template <class Visitor>
    void visit(Visitor& v) {
      OfParams::visit(v);
      GoalParams::visit(v);
    }
  };
  TrackingError(const Params& params, const TermSource& source)
      : Measured(params.of, source), goal_(params, measure_.term(), source) {}
  double value(const TaskState& state) override { return goal_.squared_distance(measure_.now(state), state); }

 private:
  Goal goal_;
};

class Tracking final : public Measured {
 public:
  struct Params : TrackingError::Params {
    double sigma = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      TrackingError::Params::visit(v);
      v.required("sigma", sigma, above(0));
    }
  };
  Tracking(const Params& params, const TermSource& source)
      : Measured(params.of, source), goal_(params, measure_.term(), source), sigma_(params.sigma) {}
  double value(const TaskState& state) override {
    return std::exp(-goal_.squared_distance(measure_.now(state), state) / (sigma_ * sigma_));
  }

 private:
  Goal goal_;
  double sigma_;
};

}  // namespace

std::vector<TermRow<RewardTerm>> measured_rewards() {
  return {
      term_row<RewardTerm, SumOf<itself>>("value", "Σ x of the numbers x of the observation term `of`", "of the term"),
      term_row<RewardTerm, SumOf<square>>("square", "Σ x² of the observation term `of`", "of the term, squared"),
      term_row<RewardTerm, SumOf<absolute>>("absolute", "Σ |x| of the observation term `of`", "of the term"),
      term_row<RewardTerm, Tracking>("tracking",
                                     "exp(−‖x − c‖² / sigma²), x the observation term `of`, c the task's `command` "
                                     "(those of its `numbers`, counted "
                                     "from 0) or a fixed `target`; sigma in the unit of `of`",
                                     "1"),
      term_row<RewardTerm, TrackingError>("tracking_error", "‖x − c‖², as `tracking`", "of the term, squared"),
  };
}

}  // namespace sinew

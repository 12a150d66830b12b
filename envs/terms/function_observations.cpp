// Observations that are a function of another observation, `of`.
#include <algorithm>
#include <cmath>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// The term that a function is applied to.
class FunctionOf : public ObservationTerm {
 public:
  void begin_episode(const TaskState& state) override { inner_->begin_episode(state); }

 protected:
  FunctionOf(const ConfigNode& of, const TermSource& source) : inner_(make_observation(of, source)) {}
  void keep_labels() {
    for (size_t i = 0; i < inner_->size(); ++i) add_number(inner_->labels()[i], inner_->units()[i]);
  }
  std::unique_ptr<ObservationTerm> inner_;
};

struct OfParams {
  ConfigNode of;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("of", of);
  }
};

double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }

template <double (*function)(double), bool is_sine>
class Elementwise final : public FunctionOf {
 public:
  using Params = OfParams;
  Elementwise(const Params& params, const TermSource& source) : FunctionOf(params.of, source) {
    for (const std::string& label : inner_->labels())
      add_number(fmt::format("{} {}", is_sine ? "sin" : "cos", label), "1");
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    inner_->observe(state, rng, out);
    for (size_t i = 0; i < size(); ++i) out[i] = function(out[i]);
  }
};

class Clip final : public FunctionOf {
 public:
  struct Params : OfParams {
    double low = -10, high = 10;
    template <class Visitor>
    void visit(Visitor& v) {
      OfParams::visit(v);
      v.required("low", low);
      v.required("high", high);
    }
  };
  Clip(const Params& params, const TermSource& source) : FunctionOf(params.of, source), params_(params) {
    if (params_.low > params_.high)
      throw source.node.error(fmt::format("low is {}, above high, {}", params_.low, params_.high));
    keep_labels();
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    inner_->observe(state, rng, out);
    for (size_t i = 0; i < size(); ++i) out[i] = std::clamp(out[i], params_.low, params_.high);
  }

 private:
  Params params_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> function_observations() {
  return {
      term_row<ObservationTerm, Elementwise<sine, true>>("sin", "the sine of each number of the term `of`", "1"),
      term_row<ObservationTerm, Elementwise<cosine, false>>("cos", "the cosine of each number of the term `of`", "1"),
      term_row<ObservationTerm, Clip>("clip", "each number of the term `of`, limited to low … high", "of the term"),
  };
}

}  // namespace sinew

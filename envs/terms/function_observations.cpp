// Observations that are a function of another observation, `of`.
#include <algorithm>
#include <cmath>

#include "envs/terms/element_selection.h"
#include "envs/terms/function_of.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

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

class Scale final : public FunctionOf {
 public:
  struct Params : OfParams {
    ConfigNode by;
    template <class Visitor>
    void visit(Visitor& v) {
      OfParams::visit(v);
      v.required("by", by);
    }
  };
  Scale(const Params& params, const TermSource& source)
      : FunctionOf(params.of, source), by_(one_each(params.by, inner_->size())) {
    for (size_t i = 0; i < inner_->size(); ++i)
      add_number(fmt::format("{} * {}", by_[i], inner_->labels()[i]), inner_->units()[i]);
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    inner_->observe(state, rng, out);
    for (size_t i = 0; i < size(); ++i) out[i] *= by_[i];
  }

 private:
  std::vector<double> by_;
};

class Difference final : public FunctionOf {
 public:
  struct Params : OfParams {
    ConfigNode minus;
    template <class Visitor>
    void visit(Visitor& v) {
      OfParams::visit(v);
      v.required("minus", minus);
    }
  };
  Difference(const Params& params, const TermSource& source)
      : FunctionOf(params.of, source), minus_(make_observation(params.minus, source)), subtracted_(minus_->size()) {
    if (minus_->size() != inner_->size())
      throw source.node.error(fmt::format("'of' has {} numbers, 'minus' has {}", inner_->size(), minus_->size()));
    for (size_t i = 0; i < inner_->size(); ++i)
      add_number(fmt::format("{} - {}", inner_->labels()[i], minus_->labels()[i]), inner_->units()[i]);
  }
  void begin_episode(const TaskState& state) override {
    FunctionOf::begin_episode(state);
    minus_->begin_episode(state);
  }
  void visit_state(StateArchive& archive) override {
    FunctionOf::visit_state(archive);
    archive("minus", *minus_);
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    inner_->observe(state, rng, out);
    minus_->observe(state, rng, subtracted_.data());
    for (size_t i = 0; i < size(); ++i) out[i] -= subtracted_[i];
  }

 private:
  std::unique_ptr<ObservationTerm> minus_;
  std::vector<double> subtracted_;
};

class Norm final : public FunctionOf {
 public:
  using Params = OfParams;
  Norm(const Params& params, const TermSource& source) : FunctionOf(params.of, source), numbers_(inner_->size()) {
    const auto& units = inner_->units();
    const bool one_unit = std::ranges::all_of(units, [&](const std::string& unit) { return unit == units[0]; });
    add_number(fmt::format("norm of {}", join(inner_->labels())), one_unit ? units[0] : "");
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    inner_->observe(state, rng, numbers_.data());
    double squares = 0;
    for (const double x : numbers_) squares += x * x;
    *out = std::sqrt(squares);
  }

 private:
  std::vector<double> numbers_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> function_observations() {
  return {
      term_row<ObservationTerm, Elementwise<sine, true>>("sin", "sin x of each number x of the term `of`", "1"),
      term_row<ObservationTerm, Elementwise<cosine, false>>("cos", "cos x of each number x of the term `of`", "1"),
      term_row<ObservationTerm, Clip>("clip", "min(max(x, low), high) of each number x of the term `of`",
                                      "of the term"),
      term_row<ObservationTerm, Scale>(
          "scale", "by · x of each number x of the term `of`; `by` is one number, or a list with one each",
          "of the term"),
      term_row<ObservationTerm, Difference>("difference", "x − y, number by number, of the terms `of` and `minus`",
                                            "of the term"),
      term_row<ObservationTerm, Norm>("norm", "√Σ x² of the numbers x of the term `of`", "of the term"),
  };
}

}  // namespace sinew

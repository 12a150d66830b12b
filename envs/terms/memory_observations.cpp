// Delayed or imprecise observations: of the past, and with noise.
#include <algorithm>

#include "envs/terms/function_of.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

class History final : public FunctionOf {
 public:
  struct Params : OfParams {
    int length = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      OfParams::visit(v);
      v.required("length", length, between(1, 1000));
    }
  };
  History(const Params& params, const TermSource& source) : FunctionOf(params.of, source) {
    for (int age = params.length - 1; age >= 0; --age)
      for (size_t i = 0; i < inner_->size(); ++i)
        add_number(inner_->labels()[i] + (age > 0 ? fmt::format(" t-{}", age) : ""), inner_->units()[i]);
    values_.resize(size());
  }
  void begin_episode(const TaskState& state) override {
    FunctionOf::begin_episode(state);
    empty_ = true;
  }
  void visit_state(StateArchive& archive) override {
    FunctionOf::visit_state(archive);
    archive("values", std::span(values_));
    archive("empty", empty_);
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    const auto width = static_cast<ptrdiff_t>(inner_->size());
    const auto newest = values_.end() - width;
    std::copy(values_.begin() + width, values_.end(), values_.begin());
    inner_->observe(state, rng, &*newest);
    if (empty_)
      for (auto old = values_.begin(); old != newest; old += width) std::copy(newest, values_.end(), old);
    empty_ = false;
    std::ranges::copy(values_, out);
  }

 private:
  std::vector<double> values_;  // the oldest first
  bool empty_ = true;
};

class Noise final : public FunctionOf {
 public:
  struct Params : OfParams {
    std::optional<double> uniform, normal;
    template <class Visitor>
    void visit(Visitor& v) {
      OfParams::visit(v);
      v.optional("uniform", uniform, at_least(0));
      v.optional("normal", normal, at_least(0));
    }
  };
  Noise(const Params& params, const TermSource& source) : FunctionOf(params.of, source), params_(params) {
    if (params.uniform.has_value() == params.normal.has_value())
      throw source.node.error("one of 'uniform' (±) and 'normal' (standard deviation) is needed: how much noise");
    keep_labels();
  }
  void observe(const TaskState& state, Rng& rng, double* out) override {
    inner_->observe(state, rng, out);
    if (state.exact) return;
    for (size_t i = 0; i < size(); ++i)
      out[i] += params_.uniform ? rng.uniform(-*params_.uniform, *params_.uniform) : *params_.normal * rng.normal();
  }

 private:
  Params params_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> memory_observations() {
  return {
      term_row<ObservationTerm, History>(
          "history",
          "the last `length` values of the term `of`, the oldest first; an episode starts with the first value in all "
          "places",
          "of the term"),
      term_row<ObservationTerm, Noise>(
          "noise",
          "x + ε for each number x of the term `of`, ε drawn at each observation: from ±`uniform`, or with the "
          "standard deviation `normal`; none in a replay",
          "of the term", std::vector<DisturbanceScale>{{"uniform"}, {"normal"}}),
  };
}

}  // namespace sinew

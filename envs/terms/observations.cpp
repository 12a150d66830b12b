#include <algorithm>
#include <cmath>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// The numbers [from, to) of an array of the simulation.
struct Slice {
  int from = 0;
  std::optional<int> to;  // the end of the array when absent
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("from", from, at_least(0));
    v.optional("to", to, at_least(1));
  }
};

class ArraySlice : public ObservationTerm {
 public:
  void observe(const Simulation& sim, double* out) const override {
    const double* values = array_(sim).data();
    std::copy(values + from_, values + from_ + size(), out);
  }

 protected:
  using Array = std::span<const double> (*)(const Simulation&);
  ArraySlice(const TermSource& source, Array array, int array_size) : array_(array) {
    const Slice slice = read_config<Slice>(source.node);
    from_ = slice.from;
    to_ = slice.to.value_or(array_size);
    if (from_ >= to_ || to_ > array_size)
      throw source.node.error(
          fmt::format("the numbers from {} to {} (excluded) are asked for, of {}", from_, to_, array_size));
  }
  int from_, to_;

 private:
  Array array_;
};

class Positions final : public ArraySlice {
 public:
  explicit Positions(const TermSource& source)
      : ArraySlice(
            source, [](const Simulation& sim) { return sim.qpos(); }, source.model.nq()) {
    for (int i = from_; i < to_; ++i) add_number(source.model.qpos_label(i), source.model.qpos_unit(i));
  }
};

class Velocities final : public ArraySlice {
 public:
  explicit Velocities(const TermSource& source)
      : ArraySlice(
            source, [](const Simulation& sim) { return sim.qvel(); }, source.model.nv()) {
    for (int i = from_; i < to_; ++i)
      add_number(fmt::format("qvel[{}] {}", i, source.model.dof_name(i)), source.model.qvel_unit(i));
  }
};

class ConstraintForces final : public ArraySlice {
 public:
  explicit ConstraintForces(const TermSource& source)
      : ArraySlice(
            source, [](const Simulation& sim) { return sim.qfrc_constraint(); }, source.model.nv()) {
    for (int i = from_; i < to_; ++i)
      add_number(fmt::format("qfrc_constraint[{}] {}", i, source.model.dof_name(i)), source.model.force_unit(i));
  }
};

/// A function of each number of another term.
struct Of {
  ConfigNode of;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("of", of);
  }
};

template <double (*function)(double)>
class Elementwise final : public ObservationTerm {
 public:
  Elementwise(const TermSource& source, const char* name)
      : inner_(make_observation(read_config<Of>(source.node).of, source.model, source.registry)) {
    for (const std::string& label : inner_->labels()) add_number(fmt::format("{} {}", name, label), "1");
  }
  void observe(const Simulation& sim, double* out) const override {
    inner_->observe(sim, out);
    for (size_t i = 0; i < size(); ++i) out[i] = function(out[i]);
  }

 private:
  std::unique_ptr<ObservationTerm> inner_;
};

struct ClipParams : Of {
  double low = -10, high = 10;
  template <class Visitor>
  void visit(Visitor& v) {
    Of::visit(v);
    v.required("low", low);
    v.required("high", high);
  }
};

class Clip final : public ObservationTerm {
 public:
  explicit Clip(const TermSource& source) : params_(read_config<ClipParams>(source.node)) {
    if (params_.low > params_.high)
      throw source.node.error(fmt::format("low is {}, above high, {}", params_.low, params_.high));
    inner_ = make_observation(params_.of, source.model, source.registry);
    for (size_t i = 0; i < inner_->size(); ++i) add_number(inner_->labels()[i], inner_->units()[i]);
  }
  void observe(const Simulation& sim, double* out) const override {
    inner_->observe(sim, out);
    for (size_t i = 0; i < size(); ++i) out[i] = std::clamp(out[i], params_.low, params_.high);
  }

 private:
  ClipParams params_;
  std::unique_ptr<ObservationTerm> inner_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> builtin_observations() {
  return {
      {"qpos", "positions of the joints, qpos[from … to); m, rad or parts of a quaternion",
       [](const TermSource& source) { return std::make_unique<Positions>(source); }},
      {"qvel", "velocities of the joints, qvel[from … to); m/s or rad/s",
       [](const TermSource& source) { return std::make_unique<Velocities>(source); }},
      {"qfrc_constraint", "forces of contacts and limits on the joints, qfrc_constraint[from … to); N or N m",
       [](const TermSource& source) { return std::make_unique<ConstraintForces>(source); }},
      {"sin", "the sine of each number of the term `of`",
       [](const TermSource& source) { return std::make_unique<Elementwise<std::sin>>(source, "sin"); }},
      {"cos", "the cosine of each number of the term `of`",
       [](const TermSource& source) { return std::make_unique<Elementwise<std::cos>>(source, "cos"); }},
      {"clip", "each number of the term `of`, limited to low … high; in its unit",
       [](const TermSource& source) { return std::make_unique<Clip>(source); }},
  };
}

}  // namespace sinew

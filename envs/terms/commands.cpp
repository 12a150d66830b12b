// How commands are drawn.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "envs/terms/draw_range.h"
#include "envs/terms/tables.h"

namespace sinew {
namespace {

/// A command that is zero now and then: standing still must be learned, too.
class OrZero : public CommandTerm {
 public:
  void sample(const TaskState&, Rng& rng, std::span<double> value) final {
    draw(rng, value);
    if (zero_probability_ > 0 && rng.uniform() < zero_probability_) std::ranges::fill(value, 0.0);
  }

 protected:
  struct Params {
    double zero_probability = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("zero_probability", zero_probability, between(0, 1));
    }
  };
  explicit OrZero(const Params& params) : zero_probability_(params.zero_probability) {}

 private:
  virtual void draw(Rng& rng, std::span<double> value) = 0;
  double zero_probability_;
};

/// The labels from the YAML, or else the numbers' indices.
std::vector<std::string> labels_or_indices(const std::vector<std::string>& given, size_t count,
                                           const TermSource& source) {
  if (given.size() == count) return given;
  if (!given.empty()) throw source.node.error(fmt::format("{} labels are given for {} numbers", given.size(), count));
  std::vector<std::string> indices;
  for (size_t i = 0; i < count; ++i) indices.push_back(fmt::format("[{}]", i));
  return indices;
}

class Uniform final : public OrZero {
 public:
  struct Params : OrZero::Params {
    std::vector<double> low, high;
    std::vector<std::string> labels;
    std::string unit = "1";
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("low", low);
      v.required("high", high);
      v.optional("labels", labels);
      v.optional("unit", unit);
      OrZero::Params::visit(v);
    }
  };
  Uniform(const Params& params, const TermSource& source) : OrZero(params) {
    if (params.low.empty() || params.low.size() != params.high.size())
      throw source.node.error(fmt::format("'low' has {} numbers and 'high' {}; both need one for each of the command's",
                                          params.low.size(), params.high.size()));
    for (size_t i = 0; i < params.low.size(); ++i) {
      if (params.low[i] > params.high[i])
        throw source.node.error(fmt::format("low is {}, above high, {}", params.low[i], params.high[i]));
      ranges_.push_back({params.low[i], params.high[i]});
    }
    labels_ = labels_or_indices(params.labels, ranges_.size(), source);
    units_.assign(ranges_.size(), params.unit);
  }

 private:
  void draw(Rng& rng, std::span<double> value) override {
    for (size_t i = 0; i < ranges_.size(); ++i) value[i] = ranges_[i].draw(rng);
  }
  std::vector<DrawRange> ranges_;
};

class Velocity final : public OrZero {
 public:
  struct Params : OrZero::Params {
    DrawRange x, y, yaw;
    template <class Visitor>
    void visit(Visitor& v) {
      v.optional("x", x);
      v.optional("y", y);
      v.optional("yaw", yaw);
      OrZero::Params::visit(v);
    }
  };
  Velocity(const Params& params, const TermSource&) : OrZero(params), ranges_{params.x, params.y, params.yaw} {
    labels_ = {"vx", "vy", "yaw rate"};
    units_ = {"m/s", "m/s", "rad/s"};
  }

 private:
  void draw(Rng& rng, std::span<double> value) override {
    for (size_t i = 0; i < ranges_.size(); ++i) value[i] = ranges_[i].draw(rng);
  }
  std::array<DrawRange, 3> ranges_;
};

class Disc final : public CommandTerm {
 public:
  struct Params {
    double radius = 0, inner_radius = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("radius", radius, above(0));
      v.optional("inner_radius", inner_radius, at_least(0));
    }
  };
  Disc(const Params& params, const TermSource& source) : params_(params) {
    if (params.inner_radius > params.radius)
      throw source.node.error(fmt::format("inner_radius is {}, above radius, {}", params.inner_radius, params.radius));
    labels_ = {"x", "y"};
    units_ = {"m", "m"};
  }
  void sample(const TaskState&, Rng& rng, std::span<double> value) override {
    // Equal areas are equally likely: r² is uniform.
    const double inner = params_.inner_radius * params_.inner_radius, outer = params_.radius * params_.radius;
    const double r = std::sqrt(rng.uniform(inner, outer)), angle = rng.uniform(0, 2 * std::numbers::pi);
    value[0] = r * std::cos(angle);
    value[1] = r * std::sin(angle);
  }

 private:
  Params params_;
};

class Choice final : public CommandTerm {
 public:
  struct Params {
    std::vector<ConfigNode> values;  // numbers, or lists of as many numbers each
    std::vector<std::string> labels;
    std::string unit = "1";
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("values", values);
      v.optional("labels", labels);
      v.optional("unit", unit);
    }
  };
  Choice(const Params& params, const TermSource& source) {
    if (params.values.empty()) throw source.node.error("'values' is empty; there is nothing to choose from");
    for (const ConfigNode& node : params.values) {
      auto& value = values_.emplace_back();
      if (node.is_list())
        read_value(node, value);
      else
        value.push_back(node.number());
      if (value.empty() || value.size() != values_[0].size())
        throw node.error(fmt::format("it has {} numbers, the first value {}", value.size(), values_[0].size()));
    }
    labels_ = labels_or_indices(params.labels, values_[0].size(), source);
    units_.assign(labels_.size(), params.unit);
  }
  void sample(const TaskState&, Rng& rng, std::span<double> value) override {
    std::ranges::copy(values_[rng.below(static_cast<uint32_t>(values_.size()))], value.begin());
  }

 private:
  std::vector<std::vector<double>> values_;
};

}  // namespace

std::vector<TermRow<CommandTerm>> builtin_commands() {
  return {
      term_row<CommandTerm, Velocity>("velocity",
                                      "vx, vy and yaw rate to move at, each uniform in its range [low, high]; all 0 "
                                      "with `zero_probability`",
                                      "m/s, m/s, rad/s"),
      term_row<CommandTerm, Disc>(
          "disc", "a target x, y, uniform by area between the circles of `inner_radius` and `radius` around 0", "m"),
      term_row<CommandTerm, Uniform>(
          "uniform", "numbers, each uniform between its `low` and `high`; all 0 with `zero_probability`", "`unit`"),
      term_row<CommandTerm, Choice>(
          "choice", "one of `values`, numbers or lists of as many numbers each, all equally likely", "`unit`"),
  };
}

}  // namespace sinew

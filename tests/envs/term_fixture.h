#pragma once
#include <gtest/gtest.h>

#include "envs/terms/task_registry.h"
#include "tests/sim/temporary_model.h"

namespace sinew {

/// Makes terms from YAML on a world of the test's own, and asks them.
class TermTest : public testing::Test {
 protected:
  explicit TermTest(const std::string& mjcf)
      : xml_(mjcf),
        model_(Model::load(xml_.path())),
        registry_(TaskRegistry::builtin()),
        state_{.sim = Simulation(model_), .dt = 0.1},
        sim_(state_.sim) {
    state_.encoder_offset.resize(static_cast<size_t>(model_->nq()));
    for (int i = 0; i < model_->nq(); ++i) default_pose_.push_back(model_->qpos0(i));
    sim_.reset();
    sim_.forward();
  }

  TermSource source(const ConfigNode& node) {
    return {node, {}, *model_, registry_, default_pose_, state_.commands, actions_, needs_external_forces_};
  }
  /// The term `name` of a table with parameters such as "{joint: hinge}".
  template <class Term>
  std::unique_ptr<Term> make(const std::vector<TermRow<Term>>& table, const std::string& name,
                             const std::string& parameters = "{}") {
    const ConfigNode node = ConfigNode::parse_text(parameters, "term.yaml");
    auto term = find_row(table, name, node, "term").make(source(node));
    term->begin_episode(state_);
    return term;
  }
  std::unique_ptr<ObservationTerm> observation(const std::string& yaml) {
    const ConfigNode node = ConfigNode::parse_text(yaml, "term.yaml");
    auto term = make_observation(node, source(node));
    term->begin_episode(state_);
    return term;
  }
  std::vector<double> observe(ObservationTerm& term) {
    std::vector<double> numbers(term.size());
    term.observe(state_, rng_, numbers.data());
    return numbers;
  }
  std::vector<double> observe(const std::string& yaml) { return observe(*observation(yaml)); }
  double reward(const std::string& name, const std::string& parameters = "{}") {
    return make(registry_.rewards, name, parameters)->value(state_);
  }
  bool ended(const std::string& name, const std::string& parameters = "{}") {
    return make(registry_.terminations, name, parameters)->ended(state_);
  }

  TemporaryModel xml_;
  std::shared_ptr<const Model> model_;
  TaskRegistry registry_;
  TaskState state_;
  Simulation& sim_;
  std::vector<double> default_pose_;
  ActionSpec actions_;
  bool needs_external_forces_ = false;
  Rng rng_{1};
};

}  // namespace sinew

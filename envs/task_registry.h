#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/text.h"
#include "envs/env.h"
#include "envs/terms/term.h"

namespace sinew {

struct TaskRegistry;

/// What a term is made of: its node in the task, the model, and the registry, for a term that
/// contains another.
struct TermSource {
  const ConfigNode& node;
  const Model& model;
  const TaskRegistry& registry;
};

/// A row of a table of terms. `doc` says the formula, the parameters and the units.
template <class Term>
struct TermRow {
  std::string name;
  std::string doc;
  std::function<std::unique_ptr<Term>(const TermSource&)> make;
};

/// An env in C++ that a task names with `env:`. `make` gets the task's map.
struct EnvRow {
  std::string name;
  std::string doc;
  std::function<std::unique_ptr<Env>(const ConfigNode& task)> make;
};

/// What a task's YAML may name. A value: a program of one's own takes builtin(), adds rows and
/// hands it on.
struct TaskRegistry {
  std::vector<TermRow<ObservationTerm>> observations;
  std::vector<TermRow<RewardTerm>> rewards;
  std::vector<TermRow<TerminationTerm>> terminations;
  std::vector<TermRow<ResetTerm>> resets;
  std::vector<EnvRow> envs;

  static TaskRegistry builtin();
};

/// The row of that name; an Error at `node` names the nearest one.
template <class Row>
const Row& find_row(const std::vector<Row>& table, const std::string& name, const ConfigNode& node, const char* noun) {
  std::vector<std::string> names;
  for (const Row& row : table) {
    if (row.name == name) return row;
    names.push_back(row.name);
  }
  throw node.error(fmt::format("there is no {} '{}'{}", noun, name, suggestion(name, names)));
}

/// Makes an observation term from `qvel` or `{qpos: {from: 1}}`.
std::unique_ptr<ObservationTerm> make_observation(const ConfigNode& node, const Model& model,
                                                  const TaskRegistry& registry);

/// Reads the parameters of a reward or termination term, whose map also says `term` and `weight`.
template <class Params>
Params read_term(const ConfigNode& node) {
  struct WithCommonKeys {
    Params params;
    std::string term;
    double weight = 1;
    void visit(ConfigReader& v) {
      v.optional("term", term);
      v.optional("weight", weight);
      params.visit(v);
    }
  };
  return read_config<WithCommonKeys>(node).params;
}

/// For a term without parameters.
struct NoParams {
  template <class Visitor>
  void visit(Visitor&) {}
};

/// Looks something up in the model; an Error gets the place in the YAML.
template <class LookUp>
auto at_node(const ConfigNode& node, LookUp&& look_up) {
  return with_context(node.where(), look_up);
}

}  // namespace sinew

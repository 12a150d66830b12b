#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/parameter_list.h"
#include "core/text.h"
#include "envs/env.h"
#include "envs/terms/disturbance_scale.h"
#include "envs/terms/term.h"

namespace sinew {

struct TaskRegistry;

/// The inputs to a term's constructor, besides its parameters.
struct TermSource {
  const ConfigNode& node;               // its map in the YAML, for located errors
  std::span<const char* const> others;  // keys in it that are not parameters, such as `weight`
  const Model& model;
  const TaskRegistry& registry;              // for a term that contains other terms
  const std::vector<double>& default_pose;   // [nq]
  const std::vector<TaskCommand>& commands;  // of the task; their values are set later
  const ActionSpec& actions;                 // of the task
  /// Set by a term that reads cfrc_ext.
  bool& needs_external_forces;

  /// Looks up an element of the model; an Error includes the place in the YAML.
  int find(Model::Element element, const std::string& name) const {
    return with_context(node.where(), [&] { return model.find(element, name); });
  }
  /// The index of a command of the task.
  size_t find_command(const std::string& name) const;
};

/// A row of a table of terms.
template <class Term>
struct TermRow {
  std::string name;
  std::string doc;   // a description, as a formula where there is one
  std::string unit;  // of its numbers; "" where there are none
  std::vector<ParameterDoc> parameters;
  std::function<std::unique_ptr<Term>(const TermSource&)> make;
  /// For a randomisation or a noise: the parameters that make it stronger. Empty list: it is part of the task, not a
  /// disturbance. No value: undeclared.
  std::optional<std::vector<DisturbanceScale>> scales = {};
};

/// For a term without parameters.
struct NoParams {
  template <class Visitor>
  void visit(Visitor&) {}
};

/// Reads a term's parameters; a key that is neither one of them nor among `others` is an Error.
template <class Params>
Params read_params(const TermSource& source) {
  Params params;
  ConfigReader reader(source.node);
  for (const char* key : source.others) reader.leave(key);
  params.visit(reader);
  reader.finish();
  return params;
}

/// A row of the class `T`, which has `struct Params` with a visit, and a constructor
/// T(const Params&, const TermSource&).
template <class Base, class T>
TermRow<Base> term_row(std::string name, std::string doc, std::string unit = "",
                       std::optional<std::vector<DisturbanceScale>> scales = {}) {
  return {std::move(name),
          std::move(doc),
          std::move(unit),
          list_parameters<typename T::Params>(),
          [](const TermSource& source) -> std::unique_ptr<Base> {
            return std::make_unique<T>(read_params<typename T::Params>(source), source);
          },
          std::move(scales)};
}

/// The same for a term with a short form: `sensor: gyro` means {name: gyro}, where `name` is the first member of its
/// Params.
template <class Base, class T>
TermRow<Base> named_term_row(std::string name, std::string doc, std::string unit = "") {
  auto row = term_row<Base, T>(std::move(name), std::move(doc), std::move(unit));
  row.make = [in_full = row.make](const TermSource& source) -> std::unique_ptr<Base> {
    if (!source.node.is_scalar()) return in_full(source);
    using Params = typename T::Params;
    if constexpr (requires { Params{source.node}; })  // a name or a pattern
      return std::make_unique<T>(Params{source.node}, source);
    else
      return std::make_unique<T>(Params{source.node.text()}, source);
  };
  return row;
}

/// An env in C++ that a task names with `env:`. `make` gets the task's map.
struct EnvRow {
  std::string name;
  std::string doc;
  std::function<std::unique_ptr<Env>(const ConfigNode& task)> make;
};

/// The names that a task's YAML may use. A value type: a custom program takes builtin(), adds rows and passes it on.
struct TaskRegistry {
  std::vector<TermRow<ObservationTerm>> observations;
  std::vector<TermRow<ActionTerm>> actions;
  std::vector<TermRow<RewardTerm>> rewards;
  std::vector<TermRow<TerminationTerm>> terminations;
  std::vector<TermRow<ResetTerm>> resets;
  std::vector<TermRow<CommandTerm>> commands;
  std::vector<TermRow<RandomizationTerm>> randomizations;
  std::vector<EnvRow> envs;

  static TaskRegistry builtin();
};

/// The row of that name; if there is none, throws an Error at `node` that names the nearest one.
template <class Row>
const Row& find_row(const std::vector<Row>& table, const std::string& name, const ConfigNode& node, const char* noun) {
  std::vector<std::string> names;
  for (const Row& row : table) {
    if (row.name == name) return row;
    names.push_back(row.name);
  }
  throw node.error(fmt::format("there is no {} '{}'{}", noun, name, suggestion(name, names)));
}

/// Makes an observation term from `qvel` or `{qpos: {from: 1}}`, for a task or for a term of `source` that measures it.
std::unique_ptr<ObservationTerm> make_observation(const ConfigNode& node, const TermSource& source);

}  // namespace sinew

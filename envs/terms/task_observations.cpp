// Observations of the task's own data: the last action, the commands.
#include <algorithm>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

class LastAction final : public ObservationTerm {
 public:
  using Params = NoParams;
  LastAction(const Params&, const TermSource& source) {
    for (const ActionPart& part : source.actions.parts)
      for (size_t i = 0; i < part.labels.size(); ++i)
        add_number(part.labels[i] + " last action", i < part.units.size() ? part.units[i] : "");
  }
  void observe(const TaskState& state, Rng&, double* out) override { std::ranges::copy(state.action, out); }
};

class Command final : public ObservationTerm {
 public:
  struct Params {
    std::string name;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("name", name);
    }
  };
  Command(const Params& params, const TermSource& source) : index_(source.find_command(params.name)) {
    const TaskCommand& command = source.commands[index_];
    for (size_t i = 0; i < command.labels.size(); ++i)
      add_number(fmt::format("{} {}", command.name, command.labels[i]), command.units[i]);
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    std::ranges::copy(state.commands[index_].value, out);
  }

 private:
  size_t index_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> task_observations() {
  return {
      term_row<ObservationTerm, LastAction>("last_action", "the action before this observation, as given; 0 at first",
                                            "of the action"),
      named_term_row<ObservationTerm, Command>(
          "command", "the present value of the task's command `name`; `command: NAME` is short", "of the command"),
  };
}

}  // namespace sinew

#include "envs/terms/goal.h"

#include <numeric>

namespace sinew {

Goal::Goal(const GoalParams& params, const ObservationTerm& measured, const TermSource& source) {
  if (params.command.empty() == params.target.is_null())
    throw source.node.error("one of 'command' and 'target' is needed: what the numbers of 'of' should be");
  if (!params.command.empty()) {
    follow_command(params, measured, source);
    return;
  }
  if (!params.numbers.empty()) throw source.node.error("'numbers' picks those of a command; a target has its own");
  if (params.target.is_list())
    read_value(params.target, target_);
  else
    target_ = {params.target.number()};
  if (target_.size() != measured.size())
    throw params.target.error(fmt::format("the target has {} numbers where 'of' has {}: {}", target_.size(),
                                          measured.size(), join(measured.labels())));
}

void Goal::follow_command(const GoalParams& params, const ObservationTerm& measured, const TermSource& source) {
  command_ = static_cast<int>(source.find_command(params.command));
  const TaskCommand& command = source.commands[static_cast<size_t>(command_)];
  const size_t count = command.labels.size();
  for (const int number : params.numbers) {
    if (number < 0 || static_cast<size_t>(number) >= count)
      throw source.node.error(fmt::format("the command '{}' has no number {}; it has 0 to {}: {}", command.name, number,
                                          count - 1, join(command.labels)));
    numbers_.push_back(static_cast<size_t>(number));
  }
  if (numbers_.empty()) {
    numbers_.resize(count);
    std::iota(numbers_.begin(), numbers_.end(), size_t{0});
  }
  if (numbers_.size() != measured.size())
    throw source.node.error(fmt::format(
        "'of' has {} numbers ({}) where {} of the command '{}' ({}) are asked for; 'numbers' picks some of them",
        measured.size(), join(measured.labels()), numbers_.size(), command.name, join(command.labels)));
}

double Goal::squared_distance(std::span<const double> x, const TaskState& state) const {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double goal = command_ < 0 ? target_[i] : state.commands[static_cast<size_t>(command_)].value[numbers_[i]];
    sum += (x[i] - goal) * (x[i] - goal);
  }
  return sum;
}

}  // namespace sinew

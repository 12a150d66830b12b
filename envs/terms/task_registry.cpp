#include "envs/terms/task_registry.h"

namespace sinew {

size_t TermSource::find_command(const std::string& name) const {
  std::vector<std::string> names;
  for (const TaskCommand& command : commands) {
    if (command.name == name) return names.size();
    names.push_back(command.name);
  }
  throw node.error(fmt::format("there is no command '{}'{}", name,
                               names.empty() ? ": the task has no 'commands'" : suggestion(name, names)));
}

}  // namespace sinew

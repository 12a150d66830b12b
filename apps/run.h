#pragma once
#include <vector>

#include "agents/run/recipe.h"
#include "apps/command_line/command_line.h"
#include "robots/link/adapter_table.h"

namespace sinew {

/// The subcommands, in the order of the help.
std::vector<Command> all_commands(const Registry& registry, const AdapterTable& adapters);

/// The `sinew` command: main returns the value that run returns. A custom program adds its layers, terms, envs or
/// algorithms to Registry::builtin() and passes it in, so that every subcommand supports them; it adds its robot
/// adapters to builtin_adapters().
int run(int argc, char** argv, const Registry& registry, const AdapterTable& adapters = builtin_adapters());

}  // namespace sinew

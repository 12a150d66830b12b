#pragma once
#include <vector>

#include "agents/run/recipe.h"
#include "apps/command_line/command_line.h"
#include "robots/link/adapter_table.h"

namespace sinew {

/// The subcommands, in the order of the help.
std::vector<Command> all_commands(const Registry& registry, const AdapterTable& adapters);

/// The `sinew` command: a program's main returns what this returns. A program of one's own adds its
/// layers, terms, envs or algorithms to Registry::builtin() and hands it over, so that every
/// subcommand knows them; and its adapters of robots to builtin_adapters().
int run(int argc, char** argv, const Registry& registry, const AdapterTable& adapters = builtin_adapters());

}  // namespace sinew

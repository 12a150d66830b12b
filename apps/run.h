#pragma once
#include "agents/recipe.h"

namespace sinew {

/// The `sinew` command: a program's main returns what this returns. A program of one's own adds its
/// layers, terms, envs or algorithms to Registry::builtin() and hands it over, so that every
/// subcommand knows them.
int run(int argc, char** argv, const Registry& registry);

}  // namespace sinew

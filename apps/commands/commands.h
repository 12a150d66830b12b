#pragma once
#include "agents/run/recipe.h"
#include "apps/command_line/command_line.h"
#include "robots/link/adapter_table.h"

/// One function per subcommand, each in the file named after it: it declares its options and returns its work.
namespace sinew {

Command::Work declare_train(CommandLine& line, const Registry& registry);
Command::Work declare_play(CommandLine& line, const Registry& registry);
Command::Work declare_robustness(CommandLine& line, const Registry& registry);
Command::Work declare_show(CommandLine& line, const Registry& registry);
Command::Work declare_robot(CommandLine& line, const Registry& registry, const AdapterTable& adapters);
Command::Work declare_replay(CommandLine& line, const Registry& registry);
Command::Work declare_inspect(CommandLine& line, const Registry& registry);
Command::Work declare_terms(CommandLine& line, const Registry& registry);
Command::Work declare_layers(CommandLine& line, const Registry& registry);
Command::Work declare_algorithms(CommandLine& line, const Registry& registry);
Command::Work declare_recipe(CommandLine& line);
Command::Work declare_robot_file(CommandLine& line, const AdapterTable& adapters);
Command::Work declare_report(CommandLine& line);
Command::Work declare_bench(CommandLine& line);
Command::Work declare_doctor(CommandLine& line);
Command::Work declare_test(CommandLine& line);

}  // namespace sinew

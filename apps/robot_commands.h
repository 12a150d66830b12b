#pragma once
#include <vector>

#include "apps/command_line/command_line.h"
#include "nets/layers/layer.h"
#include "robots/link/adapter_table.h"

/// The subcommands also built for a computer on a robot: they need neither MuJoCo nor the learning libraries. One
/// function each, in the file named after it.
namespace sinew {

Command::Work declare_stream(CommandLine& line, const LayerTable<float>& layers, const AdapterTable& adapters);
Command::Work declare_log(CommandLine& line, const LayerTable<float>& layers);
Command::Work declare_stop(CommandLine& line);
Command::Work declare_keys(CommandLine& line);
Command::Work declare_link_check(CommandLine& line);

std::vector<Command> robot_commands(const LayerTable<float>& layers, const AdapterTable& adapters);

}  // namespace sinew

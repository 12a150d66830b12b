#pragma once
#include "apps/command_line.h"

/// One function a subcommand, each in the file of its name: declares its options and returns its work.
namespace sinew {

Command::Work declare_report(CommandLine& line);
Command::Work declare_doctor(CommandLine& line);
Command::Work declare_test(CommandLine& line);

}  // namespace sinew

#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace sinew {

/// The rooms of the table.
std::vector<std::string> room_names();

/// Scans the includes of every room below `root` against the table of who may include whom, and
/// returns what breaks it, each as "file:line: what is wrong", sorted.
///
/// - A room includes its own headers and those of the rooms that the table grants it.
/// - A library belongs to one room ("the only <mujoco.h>").
/// - An installed header (not *_internal.h, nor sim/compat.h) includes none of these libraries, nor
///   a header that is not installed: so none comes in on a detour either.
/// - A folder with sources is a room of the table.
std::vector<std::string> broken_include_rules(const std::filesystem::path& root);

/// The same of the command of a computer on a robot: the sources of robot_apps, as apps/CMakeLists.txt lists them,
/// apps/robot_main.cpp, and the headers of apps that they include on whatever detour, include nothing of the rooms that
/// such a computer has not.
std::vector<std::string> broken_robot_rules(const std::filesystem::path& root);

}  // namespace sinew

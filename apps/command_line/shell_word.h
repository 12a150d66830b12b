#pragma once
#include <string>

/// Commands that are printed for a person to run.
namespace sinew {

/// A word as a shell takes it back: in quotes where its letters mean something to a shell.
std::string shell_word(const std::string& word);
/// The same of a path: one that begins with a dash would be taken for an option, and gets a "./".
std::string shell_path(const std::string& path);

/// What such a command begins with: the launcher as it was typed, else "./sinew".
std::string sinew_command();

}  // namespace sinew

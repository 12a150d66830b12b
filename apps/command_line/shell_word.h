#pragma once
#include <string>

/// Commands printed for the user to run.
namespace sinew {

/// A word as a shell reads it back: quoted if it contains characters special to a shell.
std::string shell_word(const std::string& word);
/// The same for a path: one that begins with a dash would be parsed as an option, so it is prefixed with "./".
std::string shell_path(const std::string& path);

/// The first word of such a command: the launcher as it was typed, else "./sinew".
std::string sinew_command();

}  // namespace sinew

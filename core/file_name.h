#pragma once
#include <string>
#include <string_view>

namespace sinew {

/// Whether a file name has this extension (".mp4"), ignoring case: FILM.MP4 has it, too.
bool has_extension(const std::string& path, std::string_view extension);

/// Throws Error for "~/x", which is not a path: a shell expands it, but only at the beginning of a word. sinew would
/// create a folder called "~".
void refuse_tilde(const std::string& path);

}  // namespace sinew

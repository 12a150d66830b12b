#pragma once
#include <string>
#include <string_view>

namespace sinew {

/// Whether a file's name ends so (".mp4"), in capitals or not: FILM.MP4 is one, too.
bool has_extension(const std::string& path, std::string_view extension);

/// Throws Error for "~/x", which is no path: a shell makes one of it, at the beginning of a word alone. A folder of
/// ours would be called "~".
void refuse_tilde(const std::string& path);

}  // namespace sinew

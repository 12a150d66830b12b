#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "core/safe_file.h"

/// The mark in pictures and films that sinew wrote, so that it overwrites only its own files.
namespace sinew {

/// A whole PNG chunk: its length, tEXt, "Software" and "sinew", its CRC. It directly follows the header.
inline constexpr std::string_view png_mark{"\0\0\0\x0etEXtSoftware\0sinew\xc4\xac\xa5\x43", 26};
inline constexpr size_t png_mark_begin = 33;  // after the signature (8 bytes) and the chunk IHDR (25)

/// A whole MP4 box: its length, free, which players skip, and our name. It is the last box of the file.
inline constexpr std::string_view mp4_mark{
    "\0\0\0\x0d"
    "freesinew",
    13};

inline bool is_own_png(std::string_view beginning) {
  return beginning.size() > png_mark_begin && beginning.substr(png_mark_begin).starts_with(png_mark);
}
inline bool is_own_mp4(std::string_view end) { return end.ends_with(mp4_mark); }

/// The same for a file on disk.
inline bool is_own_picture(const std::string& path) { return is_own_png(beginning_of_file(path)); }
inline bool is_own_film(const std::string& path) { return is_own_mp4(end_of_file(path, mp4_mark.size())); }

}  // namespace sinew

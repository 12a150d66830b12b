#pragma once
#include <string>

#include "core/image.h"

namespace sinew {

/// Encodes the image (1, 3 or 4 channels: grey, RGB, RGBA) as a PNG file, which is_own_png recognises.
std::string encode_png(const Image& image);
/// Writes it so that a reader finds the whole old file or the whole new one. Throws Error.
void write_png(const std::string& path, const Image& image);

}  // namespace sinew

#pragma once
#include <string>

#include "core/image.h"

namespace sinew {

/// The image (1, 3 or 4 channels: grey, RGB, RGBA) as the bytes of a PNG file that is_own_png knows.
std::string encode_png(const Image& image);
/// Writes it so that a reader finds the old file or the new one whole. Throws Error.
void write_png(const std::string& path, const Image& image);

}  // namespace sinew

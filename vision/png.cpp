#include "vision/png.h"

#include <png.h>

#include "core/error.h"
#include "core/own_mark.h"
#include "core/safe_file.h"

namespace sinew {

std::string encode_png(const Image& image) {
  const size_t size =
      static_cast<size_t>(image.height) * static_cast<size_t>(image.width) * static_cast<size_t>(image.channels);
  const bool known = image.channels == 1 || image.channels == 3 || image.channels == 4;
  if (!known || size == 0 || image.pixels.size() != size)
    fail("an image of {}x{} pixels and {} channels with {} bytes cannot be a PNG", image.width, image.height,
         image.channels, image.pixels.size());
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = image.channels == 1 ? PNG_FORMAT_GRAY : image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string file(bytes, '\0');
  if (!png_image_write_to_memory(&header, file.data(), &bytes, 0, image.pixels.data(), 0, nullptr))
    throw Error(fmt::format("cannot encode a PNG: {}", header.message), Error::Fault::system);
  file.resize(bytes);
  return file.insert(png_mark_begin, png_mark);
}

void write_png(const std::string& path, const Image& image) { write_file_atomically(path, encode_png(image)); }

}  // namespace sinew

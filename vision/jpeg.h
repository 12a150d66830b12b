#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vision/image_pipeline.h"

namespace sinew {

/// The longest side, in pixels, of a JPEG that can be read or written.
inline constexpr int longest_jpeg_side = 4096;

namespace detail {
struct JpegHandleDeleter {
  void operator()(void* handle) const;
};
using JpegHandle = std::unique_ptr<void, JpegHandleDeleter>;  // libjpeg-turbo's own
}  // namespace detail

/// Reads JPEG frames, one after the other, in one thread at a time. A frame that decodes allocates nothing here;
/// libjpeg-turbo allocates and frees some memory for each.
///
/// A frame is complete or refused: input for which libjpeg-turbo only warns, such as a file that ends early, is an
/// Error, since the missing part would be grey. The decoded bits depend only on the frame's file, not on earlier
/// frames.
class JpegDecoder {
 public:
  /// Dimensions from the header alone: 3 channels (red, green, blue), or 1 (grey). Throws an Error for data that is no
  /// JPEG, has other colours (CMYK), or a side longer than longest_jpeg_side.
  ImageShape read_header(std::span<const uint8_t> bytes);
  /// bytes → out [read_header(bytes)], rows from the top. Throws an Error for data that read_header refuses, does not
  /// decode, is damaged, ends early, or whose size differs from that of `out`; the content of `out` is then
  /// unspecified. Pictures of one size may differ in shape: compare read_header's.
  void decode(std::span<const uint8_t> bytes, std::span<uint8_t> out);

 private:
  detail::JpegHandle handle_;
};

/// Writes JPEG frames, one after the other, in one thread at a time, into one buffer, which only grows.
class JpegEncoder {
 public:
  /// quality: 1 to 100; any other throws an Error. Colour is stored at half the resolution, as cameras do.
  explicit JpegEncoder(int quality = 90);

  /// pixels [shape], 3 channels (red, green, blue) or 1 (grey) → a file, valid until the next call. Throws an Error for
  /// other shapes.
  std::span<const uint8_t> encode(std::span<const uint8_t> pixels, const ImageShape& shape);

 private:
  detail::JpegHandle handle_;
  int quality_;
  std::vector<uint8_t> buffer_;
};

}  // namespace sinew

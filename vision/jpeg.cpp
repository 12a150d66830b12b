#include "vision/jpeg.h"

#include <turbojpeg.h>

#include "core/error.h"

namespace sinew {

void detail::JpegHandleDeleter::operator()(void* handle) const { tjDestroy(handle); }

namespace {

detail::JpegHandle checked(tjhandle handle) {
  if (!handle)
    throw Error(fmt::format("cannot set up libjpeg-turbo: {}", tjGetErrorStr2(nullptr)), Error::Fault::system);
  return detail::JpegHandle(handle);
}

[[noreturn]] void refuse(size_t bytes, const char* why) {
  fail("a JPEG of {} bytes does not decode, it is damaged or cut off: {}", bytes, why);
}

int pixel_format(const ImageShape& shape) { return shape.channels == 1 ? TJPF_GRAY : TJPF_RGB; }

}  // namespace

ImageShape JpegDecoder::read_header(std::span<const uint8_t> bytes) {
  // A new handle for each file takes 0.1 µs. A used handle supplies tables that a file lacks from the previous file,
  // and after an error in a header it continues in the middle of the next one.
  handle_ = checked(tjInitDecompress());
  // A file with only tables counts as read, and leaves these variables unchanged.
  int width = 0, height = 0, subsampling = -1, colours = -1;
  if (tjDecompressHeader3(handle_.get(), bytes.data(), bytes.size(), &width, &height, &subsampling, &colours) != 0)
    refuse(bytes.size(), tjGetErrorStr2(handle_.get()));
  if (width < 1 || height < 1) refuse(bytes.size(), "there is no picture in it");
  if (width > longest_jpeg_side || height > longest_jpeg_side)
    fail("a JPEG of {} × {} pixels (height × width) is too large; a side may have {}", height, width,
         longest_jpeg_side);
  if (colours != TJCS_GRAY && colours != TJCS_YCbCr && colours != TJCS_RGB)
    fail("a JPEG of {} × {} pixels (height × width) has neither red, green and blue nor grey, but CMYK", height, width);
  return {height, width, colours == TJCS_GRAY ? 1 : 3};
}

void JpegDecoder::decode(std::span<const uint8_t> bytes, std::span<uint8_t> out) {
  const ImageShape shape = read_header(bytes);
  if (out.size() != shape.size())
    fail("a JPEG of {} does not fit into {} bytes; it has {}", shape.text(), out.size(), shape.size());
  // Without TJFLAG_LIMITSCANS, a progressive file with hundreds of empty scans would take minutes.
  constexpr int flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT;
  if (tjDecompress2(handle_.get(), bytes.data(), bytes.size(), out.data(), shape.width, 0, shape.height,
                    pixel_format(shape), flags) != 0)
    refuse(bytes.size(), tjGetErrorStr2(handle_.get()));
}

JpegEncoder::JpegEncoder(int quality) : handle_(checked(tjInitCompress())), quality_(quality) {
  if (quality < 1 || quality > 100) fail("a JPEG's quality is from 1 to 100, not {}", quality);
}

std::span<const uint8_t> JpegEncoder::encode(std::span<const uint8_t> pixels, const ImageShape& shape) {
  const auto fits = [](int side) { return side >= 1 && side <= longest_jpeg_side; };
  const bool known = shape.channels == 1 || shape.channels == 3;
  if (!known || !fits(shape.height) || !fits(shape.width) || pixels.size() != shape.size())
    fail("an image of {} with {} bytes cannot be a JPEG, which has 1 or 3 channels and sides of 1 to {} pixels",
         shape.text(), pixels.size(), longest_jpeg_side);
  const int subsampling = shape.channels == 1 ? TJSAMP_GRAY : TJSAMP_420;
  const size_t most = tjBufSize(shape.width, shape.height, subsampling);
  if (buffer_.size() < most) buffer_.resize(most);
  unsigned char* file = buffer_.data();
  unsigned long size = buffer_.size();
  if (tjCompress2(handle_.get(), pixels.data(), shape.width, 0, shape.height, pixel_format(shape), &file, &size,
                  subsampling, quality_, TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT) != 0)
    throw Error(fmt::format("cannot encode a JPEG of {}: {}", shape.text(), tjGetErrorStr2(handle_.get())),
                Error::Fault::system);
  return {buffer_.data(), size};
}

}  // namespace sinew

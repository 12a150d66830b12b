#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "core/config.h"

namespace sinew {

/// How long a camera may deliver useless pictures before they are refused. A simulated camera has no noise and sends
/// the same picture as long as nothing moves; a real one hardly ever does.
struct PictureLimits {
  int most_same = 0, most_flat = 0;
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("most_same", most_same, at_least(0),
               "most pictures in a row that equal the previous one byte by byte; 0: any number");
    v.optional("most_flat", most_flat, at_least(0),
               "most pictures in a row without contrast, dark or covered; 0: any number");
  }
};

/// Counts a camera's pictures that equal the previous one, and those without contrast.
class PictureWatch {
 public:
  explicit PictureWatch(const PictureLimits& limits) : limits_(limits) {}

  /// bytes: the picture as received; pixels: decoded, each of `channels` bytes. Throws an Error if there were too many
  /// in a row. Allocates nothing.
  void look(std::string_view bytes, std::span<const uint8_t> pixels, int channels);

  uint64_t same() const { return same_; }
  uint64_t flat() const { return flat_; }

 private:
  PictureLimits limits_;
  size_t fingerprint_ = 0;  // of the last picture's bytes
  bool has_last_ = false;
  int same_in_a_row_ = 0, flat_in_a_row_ = 0;
  uint64_t same_ = 0, flat_ = 0;
};

}  // namespace sinew

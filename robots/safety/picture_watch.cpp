#include "robots/safety/picture_watch.h"

#include <algorithm>
#include <array>
#include <functional>

#include "core/error.h"

namespace sinew {
namespace {

constexpr int least_contrast = 16;   // of 255, between the darkest and the brightest pixel of any channel
constexpr size_t most_channels = 4;  // number examined
constexpr size_t stride = 7;         // pixels: every seventh is examined

bool is_flat(std::span<const uint8_t> pixels, size_t channels) {
  std::array<uint8_t, most_channels> low, high{};
  low.fill(255);
  const size_t looked_at = std::min(channels, most_channels);
  for (size_t at = 0; at + channels <= pixels.size(); at += stride * channels)
    for (size_t c = 0; c < looked_at; ++c) {
      low[c] = std::min(low[c], pixels[at + c]);
      high[c] = std::max(high[c], pixels[at + c]);
    }
  for (size_t c = 0; c < looked_at; ++c)
    if (high[c] - low[c] >= least_contrast) return false;
  return true;
}

// Counts one more in a row; returns whether there are too many.
bool count(bool is_one, int& in_a_row, uint64_t& all, int most) {
  in_a_row = is_one ? in_a_row + 1 : 0;
  all += is_one;
  return most > 0 && in_a_row > most;
}

}  // namespace

void PictureWatch::look(std::string_view bytes, std::span<const uint8_t> pixels, int channels) {
  const size_t fingerprint = std::hash<std::string_view>()(bytes);
  const bool is_same = has_last_ && fingerprint == fingerprint_;
  fingerprint_ = fingerprint;
  has_last_ = true;
  const bool is_frozen = count(is_same, same_in_a_row_, same_, limits_.most_same);
  const bool is_dark = count(is_flat(pixels, static_cast<size_t>(channels)), flat_in_a_row_, flat_, limits_.most_flat);
  if (is_frozen)
    fail("it has frozen: the same picture came {} more times; {} are allowed (most_same)", same_in_a_row_,
         limits_.most_same);
  if (is_dark)
    fail("it sees nothing: {} pictures in a row have no contrast; {} are allowed (most_flat)", flat_in_a_row_,
         limits_.most_flat);
}

}  // namespace sinew

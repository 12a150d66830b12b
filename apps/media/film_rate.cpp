#include "apps/media/film_rate.h"

#include <algorithm>
#include <cmath>

namespace sinew {
namespace {

constexpr double slowest = 10, fastest = 60;  // frames per second
constexpr double rounding = 1e-6;             // 60 Hz may come as 1 / (4 · 0.0041666667)

// Limited, so that a film of a task at 0.001 Hz stays affordable.
int whole(double ratio) { return static_cast<int>(std::clamp(std::ceil(ratio - rounding), 1.0, 10000.0)); }

}  // namespace

FilmRate film_rate(double control_rate) {
  FilmRate rate{.stride = whole(control_rate / fastest), .repeats = whole(slowest / control_rate)};
  rate.frames_per_second = control_rate / rate.stride * rate.repeats;
  return rate;
}

}  // namespace sinew

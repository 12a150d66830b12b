#include "robots/lekiwi/share_of_observations.h"

#include <algorithm>

namespace sinew {

void ShareOfObservations::add(double now, int at_once, double busy) {
  const double gap = now - last_;
  const bool begins = last_ == 0 || gap > longest_silence;
  last_ = now;
  if (begins) {
    count_ = 0;
    usual_ = 0;
    is_half_ = false;
    return;
  }
  if (at_once > 1 || busy > 0.5 * gap) {
    count_ = 0;
    return;
  }
  gaps_[count_++ % size] = gap;
  if (count_ >= size) judge();
}

// Uses the median and requires most gaps to be near it, so that a few late and early messages have no effect.
void ShareOfObservations::judge() {
  std::array<double, size> sorted = gaps_;
  std::ranges::sort(sorted);
  const double median = sorted[size / 2];
  const auto is_near = [&](double gap) { return gap > 0.6 * median && gap < 1.5 * median; };
  const bool is_steady = std::ranges::count_if(sorted, is_near) >= most;
  if (usual_ == 0) {
    if (is_steady) usual_ = median;
    return;
  }
  const bool is_double = is_steady && median > 1.7 * usual_ && median < 2.3 * usual_;
  if (is_double) is_half_ = true;
  if (median < 1.4 * usual_) is_half_ = false;
  if (is_steady && median < usual_) usual_ = median;
}

}  // namespace sinew

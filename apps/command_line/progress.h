#pragma once
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>

#include "core/clock.h"

namespace sinew {

/// The progress of a training run. A value that is not known yet is NaN and is not shown.
struct ProgressState {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  int64_t step = 0;              // env steps so far
  double fps = unknown;          // env steps per second, recently
  double mean_return = unknown;  // of the last training episodes
  double eval_return = unknown;  // of the last evaluation
};

/// "42% [====>     ] 420k/1M steps, return 2,345, …, 0:18 left", in at most `width` characters: the least important
/// parts are dropped first. 0: all parts, without the bar.
std::string progress_line(const ProgressState& state, int64_t total_steps, int width);

/// Shows the progress during training. If the line can be redrawn (can_redraw), it is redrawn in place, at most ten
/// times a second; otherwise a plain line is printed every few seconds.
class Progress {
 public:
  Progress(int64_t total_steps, bool redraws, std::FILE* out = stderr);
  /// Ends an open line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Cheap when no draw is due yet.
  void update(const ProgressState& state);
  /// Clears the live line so that something else can be printed; the next update draws it again.
  void clear();
  /// Shows the last state and ends the line.
  void finish();

 private:
  void draw();

  int64_t total_steps_;
  bool redraws_;
  std::FILE* out_;
  double next_draw_ = 0;  // on the clock of now_seconds; 0: the first update draws
  bool open_ = false;     // a live line is in the terminal
  bool stale_ = false;    // the last update was not drawn
  ProgressState state_;
};

}  // namespace sinew

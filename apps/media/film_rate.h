#pragma once

namespace sinew {

/// Which steps of an episode a film or a window shows, so that it plays at the robot's speed and at a frame rate that
/// players support: all steps of a task at 10 to 60 Hz; every `stride`-th step of a faster task; for a slower task,
/// each step as `repeats` frames.
struct FilmRate {
  int stride = 1;
  int repeats = 1;
  double frames_per_second = 0;  // control_rate / stride * repeats
};
/// `control_rate` is in Hz, above 0.
FilmRate film_rate(double control_rate);

}  // namespace sinew

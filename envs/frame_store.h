#pragma once
#include <cstdint>
#include <vector>

#include "core/spec.h"
#include "vision/image_stack.h"

namespace sinew {

/// The images of a roll-out. A stack shares all its frames but one with the stack of the next step, so each frame is
/// stored once, and the stacks of a row are assembled on request. Rows are numbered as in Rollout: env · n_steps +
/// step. Different envs may be filled by different threads.
class FrameStore {
 public:
  FrameStore(const InterfaceSpec& spec, int n_envs, int n_steps);

  /// Stores the images of env at `step`: images [spec.image_size()], `episode_length` steps after its episode began.
  /// The steps of an env come in order, from 0 on.
  void add(int env, int step, const uint8_t* images, int episode_length);
  /// The images of a row, as they were added: [spec.image_size()].
  void copy_row(int row, uint8_t* images) const;
  size_t bytes() const;

 private:
  struct Sensor {
    ImageStack stack;
    size_t begin;                 // in a row of images
    std::vector<uint8_t> frames;  // [n_envs, stack.frames() - 1 + n_steps, frame size]: first those before step 0
    size_t offset(int env, int n_steps, int step) const {  // of a frame; `step` may be in the history, below 0
      const int history = stack.frames() - 1;
      return static_cast<size_t>(int64_t{env} * (history + n_steps) + history + step) * stack.frame_size();
    }
  };
  int n_steps_;
  std::vector<Sensor> sensors_;
  std::vector<uint8_t> ages_;  // [rows] earlier steps of the same episode, capped at the reach of a stack
};

}  // namespace sinew

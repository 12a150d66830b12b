#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/controller.h"
#include "core/random.h"
#include "core/spec.h"
#include "core/state_archive.h"

namespace sinew {

/// The description of a task, independent of its implementation.
struct EnvSpec : InterfaceSpec {
  std::string name;                       // "half_cheetah"
  int time_limit = 0;                     // env steps until truncation; 0: none
  std::vector<std::string> reward_terms;  // names of the addends of the reward
  bool has_success = false;               // an episode can succeed; StepResult reports when
};

/// The outcome of one env step. `terminated`: the task ended (the next value is zero). `truncated`: the time limit was
/// reached, or the simulation diverged; the value of the final observation still counts.
struct StepResult {
  double reward = 0;
  bool terminated = false;
  bool truncated = false;
  bool success = false;   // the task was accomplished in this step; only where spec().has_success
  bool diverged = false;  // truncated because the simulator failed; its numbers are still finite

  /// The result of a step that could not be made, since the simulator diverged.
  static StepResult failure() { return {.truncated = true, .diverged = true}; }
};

/// A task: reset, then step until terminated or truncated, then reset again. Terms and physics
/// compute in double. All randomness comes from the stream given to reset. Not thread-safe; several
/// envs may run in several threads.
class Env {
 public:
  virtual ~Env() = default;
  virtual const EnvSpec& spec() const = 0;

  /// Starts an episode; every draw comes from `rng`.
  virtual void reset(Rng& rng) = 0;
  /// Applies one action row (spec().actions) for one env step, and counts the time limit. Its numbers are finite:
  /// the caller has checked them (VecEnv and Evaluator do).
  virtual StepResult step(std::span<const double> action, Rng& rng) = 0;
  /// The current observation of float32 sensor `index`, [spec().sensors[index].size()]; valid until the next call that
  /// is not const.
  virtual std::span<const double> observation(int index) const = 0;
  /// The current frame of image sensor `index`: fills frame[spec().sensors[index].frame_size()]. An env without image
  /// sensors need not override it.
  virtual void observe_image(int index, std::span<uint8_t> frame);
  /// The addends of the last reward, one for each of spec().reward_terms (weights applied).
  virtual std::span<const double> reward_terms() const = 0;

  /// Draws the current scene into RGB pixels [height, width, 3], rows from the top. Returns false if this env has no
  /// picture.
  virtual bool render(int height, int width, std::span<uint8_t> pixels) = 0;

  /// Saves everything that the env's future depends on, or restores it into an env made from the same config. After
  /// restoring, observation() and reward_terms() return the same, and step() and reset() give the same bits for the
  /// same actions and random stream. Anything that follows from the config alone is left out. Called between any two
  /// calls of reset and step, after the first reset; the restored env needs no reset.
  virtual void visit_state(StateArchive& archive) = 0;
};

/// A controller that needs more than its sensors: it gets the env itself and may read its state. The code that runs it
/// in an env calls look_at() before each action; the controller must not change the env.
class EnvController : public Controller {
 public:
  virtual void look_at(Env& env) = 0;
};

}  // namespace sinew

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

/// What a task is, whoever implements it.
struct EnvSpec : InterfaceSpec {
  std::string name;                       // "half_cheetah"
  int time_limit = 0;                     // env steps until truncation; 0: none
  std::vector<std::string> reward_terms;  // names of the parts that each reward is the sum of
  bool has_success = false;               // an episode can succeed, and StepResult says when
};

/// One env step's outcome. `terminated`: the task ended (the next value is zero). `truncated`: time
/// is up, or the simulation diverged: the value of the final observation still counts.
struct StepResult {
  double reward = 0;
  bool terminated = false;
  bool truncated = false;
  bool success = false;   // the task was done with this step; only where spec().has_success
  bool diverged = false;  // truncated because the simulator failed; its numbers are still finite

  /// Of a step that could not be made: the simulator diverged, or the action is not a number.
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
  /// Applies one action row (spec().actions) for one env step. The time limit is counted here.
  virtual StepResult step(std::span<const double> action, Rng& rng) = 0;
  /// The present observation of float32 sensor `index`, that of the last reset or step: fills
  /// out[spec().sensors[index].size()].
  virtual void observe(int index, std::span<double> out) const = 0;
  /// The present frame of image sensor `index`: fills frame[spec().sensors[index].frame_size()]. An env that
  /// has no image sensor need not say how.
  virtual void observe_image(int index, std::span<uint8_t> frame);
  /// The last reward's parts, one for each of spec().reward_terms (weights applied).
  virtual std::span<const double> reward_terms() const = 0;

  /// Draws the present scene into RGB pixels [height, width, 3], rows from the top. False: this env
  /// has no picture.
  virtual bool render(int height, int width, std::span<uint8_t> pixels) = 0;

  /// Saves, or restores into an env made from the same config, all that its future depends on: after
  /// restoring, observe() and reward_terms() say the same, and step() and reset() give the same bits for
  /// the same actions and random stream. What follows from the config alone stays out. Called between
  /// any two calls of reset and step, after the first reset; the restored env needs no reset.
  virtual void visit_state(StateArchive& archive) = 0;
};

/// A controller that asks for more than its sensors: for the env itself, of which it may take the state. Whoever runs
/// it in an env shows it that one before each action; the env is not to be changed.
class EnvController : public Controller {
 public:
  virtual void look_at(Env& env) = 0;
};

}  // namespace sinew

#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/observation.h"
#include "core/spec.h"

namespace sinew {

/// Anything that computes actions: a policy, a planner, a script, a recording, a policy in another runtime. Used by one
/// thread at a time.
class Controller {
 public:
  virtual ~Controller() = default;

  /// Its sensors and actions.
  virtual const InterfaceSpec& spec() const = 0;
  /// For each of its sensors, whether it uses it. A robot need not have the others.
  virtual std::vector<bool> acts_on() const { return std::vector<bool>(spec().sensors.size(), true); }
  /// Numbers of recurrent state per row that act() carries from step to step; 0: none.
  virtual int state_size() const { return 0; }
  /// Distinguishes it from others of its kind, for example the hash of its weights; "": nothing does.
  virtual std::string identity() const { return ""; }

  /// Computes the actions of each row: actions [rows, action size]. Reads and replaces state [rows, state_size()], and
  /// resets a row of it where reset_mask[row] is not 0 (a new episode, a new session of a robot). On a robot it must
  /// not allocate or block, and must leave enough of each period for the link.
  virtual void act(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
                   std::span<float> actions) = 0;
};

/// Makes a controller for each thread that acts. Everything that the factory refers to must outlive them.
using ControllerFactory = std::function<std::unique_ptr<Controller>()>;

}  // namespace sinew

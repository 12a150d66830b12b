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

/// Whatever acts: a policy, a planner, a script, a recording, a policy in another runtime. Used by one thread at a
/// time.
class Controller {
 public:
  virtual ~Controller() = default;

  /// What it senses and does.
  virtual const InterfaceSpec& spec() const = 0;
  /// Whether it acts on each of its sensors. A robot need not have the others.
  virtual std::vector<bool> acts_on() const { return std::vector<bool>(spec().sensors.size(), true); }
  /// Numbers of memory per row that acting carries from step to step; 0: none.
  virtual int state_size() const { return 0; }
  /// What tells it from others of its kind, such as the hash of its weights; "": nothing does.
  virtual std::string identity() const { return ""; }

  /// The command of each row: actions [rows, action size]. state [rows, state_size()] is read and replaced, and starts
  /// anew where reset_mask[row] is not 0 (a new episode, a new session of a robot). On a robot it must neither allocate
  /// nor wait, and leave enough of a period for the link.
  virtual void act(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
                   std::span<float> actions) = 0;
};

/// Makes a controller for each thread that acts. What it refers to must outlive them.
using ControllerFactory = std::function<std::unique_ptr<Controller>()>;

}  // namespace sinew

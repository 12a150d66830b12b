#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/spec.h"
#include "robots/control/robot_body.h"
#include "robots/link/robot_side.h"
#include "robots/protocol/robot_config.h"

/// Robots that speak another dialect than ours. An adapter is a RobotBody that reaches the robot over the robot's own
/// wire; a RobotServer before it (AdaptedRobot) makes it a robot like any other.
namespace sinew {

/// What an adapter says in passing, in one sentence. Called in a thread of its own.
using AdapterEvents = std::function<void(const std::string&)>;

/// Something that a dialect does not have and our protocol has. A robot's file accepts it by its name.
struct AdapterLack {
  std::string name;      // "no_keys"
  std::string meaning;   // what follows from it
  bool of_some = false;  // robots alone: the adapter itself asks for it where it meets one
};

struct Adapter {
  std::string name, description;
  std::vector<AdapterLack> lacks;
  /// The names of those that each of its robots has.
  std::vector<std::string> always_lacks() const;
  /// Connects. Throws an Error for a `wire` that is wrong, and for a robot that is not there or says something else.
  std::function<std::unique_ptr<RobotBody>(const RobotConfig&, const AdapterEvents&)> make;
  /// The other way round: serves a body of ours to those who speak the dialect. Empty: that is not there.
  std::function<std::unique_ptr<RobotSide>(const RobotConfig&, RobotBody&, const RobotSideOptions&)> serve = {};
  /// The file of a simulated robot, as drafted from its model for our own protocol, as that of one which speaks the
  /// dialect: adds `wire`, and limits. Given the task's interface, of a camera one frame, and the names of the model's
  /// cameras. Throws an Error for a robot that cannot be one. Empty: whoever wants one writes it.
  std::function<RobotConfig(RobotConfig, const InterfaceSpec&, const std::vector<std::string>&)> draft = {};
  /// The cameras of a robot whose file this is, in the size that they have there, by name. Empty: the file does not
  /// say.
  std::function<std::vector<SensorSpec>(const RobotConfig&)> cameras = {};
};

/// A value: a program of one's own takes builtin_adapters() and adds rows.
class AdapterTable {
 public:
  void add(Adapter adapter) { rows_.push_back(std::move(adapter)); }
  const std::vector<Adapter>& rows() const { return rows_; }
  /// Throws an Error with the nearest known name for one that is not there.
  const Adapter& find(const std::string& name) const;

 private:
  std::vector<Adapter> rows_;
};

AdapterTable builtin_adapters();

/// Throws an Error that names all that the adapter lacks and the robot's file does not accept, and one for a word among
/// the accepted that is none of these.
void check_accepted(const Adapter& adapter, const std::vector<std::string>& accepted);

}  // namespace sinew

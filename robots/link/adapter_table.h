#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/parameter_list.h"
#include "core/spec.h"
#include "robots/control/robot_body.h"
#include "robots/link/robot_side.h"
#include "robots/protocol/robot_config.h"

/// Robots that use another dialect than ours. An adapter is a RobotBody that reaches the robot over the robot's own
/// wire; a RobotServer in front of it (AdaptedRobot) makes it a robot like any other.
namespace sinew {

/// Receives an adapter's notices, one sentence each. Called in a separate thread.
using AdapterEvents = std::function<void(const std::string&)>;

/// A feature of our protocol that a dialect lacks. A robot's file accepts the lack by its name.
struct AdapterLack {
  std::string name;      // "no_keys"
  std::string meaning;   // its consequence
  bool of_some = false;  // applies to some robots only: the adapter itself checks it for such a robot
};

struct Adapter {
  std::string name, description;
  std::vector<AdapterLack> lacks;
  /// The names of the lacks that all of its robots have.
  std::vector<std::string> always_lacks() const;
  /// Connects. Throws an Error for an invalid `wire`, and for a robot that is absent or sends something else.
  std::function<std::unique_ptr<RobotBody>(const RobotConfig&, const AdapterEvents&)> make;
  /// The other direction: serves a body of ours to clients of the dialect. Empty: not supported.
  std::function<std::unique_ptr<RobotSide>(const RobotConfig&, RobotBody&, const RobotSideOptions&)> serve = {};
  /// Turns the file of a simulated robot, drafted from its model for our own protocol, into one for the dialect: adds
  /// `wire`, and limits. Arguments: that file, the task's interface with one frame per camera, and the names of the
  /// model's cameras. Throws an Error for a robot that the dialect cannot represent. Empty: the user writes the file.
  std::function<RobotConfig(RobotConfig, const InterfaceSpec&, const std::vector<std::string>&)> draft = {};
  /// The cameras of a robot from its file, by name, with the image sizes given there. Empty: the file does not list
  /// them.
  std::function<std::vector<SensorSpec>(const RobotConfig&)> cameras = {};
  std::vector<ParameterDoc> parameters = {};  // the keys of its `wire`, for the reference page
};

/// A value type: a custom program takes builtin_adapters() and adds rows.
class AdapterTable {
 public:
  void add(Adapter adapter) { rows_.push_back(std::move(adapter)); }
  const std::vector<Adapter>& rows() const { return rows_; }
  /// Throws an Error for an unknown name, with the nearest known one.
  const Adapter& find(const std::string& name) const;

 private:
  std::vector<Adapter> rows_;
};

AdapterTable builtin_adapters();

/// Throws an Error that names all of the adapter's lacks that the robot's file does not accept, and one for an accepted
/// word that is not among them.
void check_accepted(const Adapter& adapter, const std::vector<std::string>& accepted);

}  // namespace sinew

// The part of Model about its sensors: type and unit.
#include <array>

#include "sim/compat.h"
#include "sim/model/model.h"

namespace sinew {
namespace {

// The unit of a sensor type; "length" stands for the unit of the joint, tendon or actuator it is attached to.
struct SensorKind {
  mjtSensor type;
  const char* name;
  const char* unit;
};
constexpr std::array kinds = {
    SensorKind{mjSENS_TOUCH, "touch", "N"},
    SensorKind{mjSENS_ACCELEROMETER, "accelerometer", "m/s²"},
    SensorKind{mjSENS_VELOCIMETER, "velocimeter", "m/s"},
    SensorKind{mjSENS_GYRO, "gyro", "rad/s"},
    SensorKind{mjSENS_FORCE, "force", "N"},
    SensorKind{mjSENS_TORQUE, "torque", "N m"},
    SensorKind{mjSENS_MAGNETOMETER, "magnetometer", "1"},  // the unit of <option magnetic>
    SensorKind{mjSENS_RANGEFINDER, "rangefinder", "m"},
    SensorKind{mjSENS_JOINTPOS, "jointpos", "length"},
    SensorKind{mjSENS_JOINTVEL, "jointvel", "length/s"},
    SensorKind{mjSENS_TENDONPOS, "tendonpos", "length"},
    SensorKind{mjSENS_TENDONVEL, "tendonvel", "length/s"},
    SensorKind{mjSENS_ACTUATORPOS, "actuatorpos", "length"},
    SensorKind{mjSENS_ACTUATORVEL, "actuatorvel", "length/s"},
    SensorKind{mjSENS_ACTUATORFRC, "actuatorfrc", "force"},
    SensorKind{mjSENS_BALLQUAT, "ballquat", "1"},
    SensorKind{mjSENS_BALLANGVEL, "ballangvel", "rad/s"},
    SensorKind{mjSENS_JOINTLIMITPOS, "jointlimitpos", "length"},
    SensorKind{mjSENS_JOINTLIMITVEL, "jointlimitvel", "length/s"},
    SensorKind{mjSENS_JOINTLIMITFRC, "jointlimitfrc", "force"},
    SensorKind{mjSENS_TENDONLIMITPOS, "tendonlimitpos", "length"},
    SensorKind{mjSENS_TENDONLIMITVEL, "tendonlimitvel", "length/s"},
    SensorKind{mjSENS_TENDONLIMITFRC, "tendonlimitfrc", "force"},
    SensorKind{mjSENS_FRAMEPOS, "framepos", "m"},
    SensorKind{mjSENS_FRAMEQUAT, "framequat", "1"},
    SensorKind{mjSENS_FRAMEXAXIS, "framexaxis", "1"},
    SensorKind{mjSENS_FRAMEYAXIS, "frameyaxis", "1"},
    SensorKind{mjSENS_FRAMEZAXIS, "framezaxis", "1"},
    SensorKind{mjSENS_FRAMELINVEL, "framelinvel", "m/s"},
    SensorKind{mjSENS_FRAMEANGVEL, "frameangvel", "rad/s"},
    SensorKind{mjSENS_FRAMELINACC, "framelinacc", "m/s²"},
    SensorKind{mjSENS_FRAMEANGACC, "frameangacc", "rad/s²"},
    SensorKind{mjSENS_SUBTREECOM, "subtreecom", "m"},
    SensorKind{mjSENS_SUBTREELINVEL, "subtreelinvel", "m/s"},
    SensorKind{mjSENS_SUBTREEANGMOM, "subtreeangmom", "kg m²/s"},
    SensorKind{mjSENS_CLOCK, "clock", "s"},
    SensorKind{mjSENS_USER, "user", ""},
};

// For types of a newer MuJoCo that are not in the table.
constexpr SensorKind unknown = {mjSENS_USER, "other", ""};

const SensorKind& sensor_kind(const mjModel& m, int sensor) {
  for (const SensorKind& kind : kinds)
    if (kind.type == m.sensor_type[sensor]) return kind;
  return unknown;
}

}  // namespace

int Model::sensor_address(int sensor) const { return model_->sensor_adr[sensor]; }
int Model::sensor_size(int sensor) const { return model_->sensor_dim[sensor]; }
std::string Model::sensor_type_name(int sensor) const { return sensor_kind(*model_, sensor).name; }

// The unit of a tendon's length: a fixed tendon adds up the units of its joints, if they are all the same.
std::string Model::tendon_unit(int tendon) const {
  const int first = model_->tendon_adr[tendon], last = first + model_->tendon_num[tendon];
  std::string unit;
  for (int i = first; i < last; ++i) {
    if (model_->wrap_type[i] != mjWRAP_JOINT) return "m";
    const std::string its = joint_type(model_->wrap_objid[i]) == JointType::slide ? "m" : "rad";
    if (!unit.empty() && unit != its) return "";
    unit = its;
  }
  return unit;
}

std::string Model::sensor_unit(int sensor) const {
  const std::string unit = sensor_kind(*model_, sensor).unit;
  if (!unit.starts_with("length") && unit != "force") return unit;
  const int object = model_->sensor_objid[sensor];
  std::string length;
  switch (model_->sensor_objtype[sensor]) {
    case mjOBJ_JOINT: length = joint_type(object) == JointType::slide ? "m" : "rad"; break;
    case mjOBJ_TENDON: length = tendon_unit(object); break;
    case mjOBJ_ACTUATOR: length = transmission_unit(object); break;
    default: break;
  }
  if (length.empty()) return "";
  if (unit == "force") return length == "m" ? "N" : "N m";
  return unit == "length" ? length : length + "/s";
}

}  // namespace sinew

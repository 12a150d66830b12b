// Observations of the robot's sensors: contacts, and the sensors of the MJCF.
#include <algorithm>

#include "envs/terms/element_selection.h"
#include "envs/terms/tables.h"
#include "envs/terms/touch.h"

namespace sinew {
namespace {

template <bool as_force>
class ContactOf final : public ObservationTerm {
 public:
  using Params = TouchParams;
  ContactOf(const Params& params, const TermSource& source) : touch_(params, source) {
    for (const std::string& name : touch_.names())
      add_number(name + (as_force ? " contact force" : " contact"), as_force ? "N" : "1");
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    for (const double force : touch_.forces(state.sim)) *out++ = as_force ? force : force > 0;
  }

 private:
  Touch touch_;
};

class Sensor final : public ObservationTerm {
 public:
  struct Params {
    ConfigNode name;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("name", name);
    }
  };
  Sensor(const Params& params, const TermSource& source) {
    const Model& model = source.model;
    for (const int sensor : select_elements(Model::Element::sensor, params.name, source)) {
      const int size = model.sensor_size(sensor);
      parts_.push_back({static_cast<size_t>(model.sensor_address(sensor)), static_cast<size_t>(size)});
      for (int i = 0; i < size; ++i)
        add_number(label(model.name(Model::Element::sensor, sensor), model.sensor_type_name(sensor), size, i),
                   model.sensor_unit(sensor));
    }
  }
  void observe(const TaskState& state, Rng&, double* out) override {
    for (const Part& part : parts_)
      out = std::ranges::copy(state.sim.sensordata().subspan(part.first, part.count), out).out;
  }

 private:
  // With MuJoCo's own types, three numbers are a vector, four a quaternion.
  static std::string label(const std::string& name, const std::string& type, int size, int i) {
    if (size == 1) return name;
    if (type != "user" && size == 3) return fmt::format("{} {}", name, "xyz"[i]);
    if (type != "user" && size == 4) return fmt::format("{} {}", name, "wxyz"[i]);
    return fmt::format("{}[{}]", name, i);
  }
  struct Part {
    size_t first, count;  // in sensordata
  };
  std::vector<Part> parts_;
};

}  // namespace

std::vector<TermRow<ObservationTerm>> sensor_observations() {
  return {
      term_row<ObservationTerm, ContactOf<false>>(
          "contact",
          "for each of `geoms` or `bodies`: 1 while a contact pushes on it (normal force > 0), else 0; contacts with "
          "anything, or with the geoms and bodies `with`",
          "1"),
      term_row<ObservationTerm, ContactOf<true>>(
          "contact_force", "for each of `geoms` or `bodies`: Σ of the normal forces of its contacts, as `contact`",
          "N"),
      named_term_row<ObservationTerm, Sensor>(
          "sensor", "the numbers of the MJCF's sensor `name`, or of all that it names; `sensor: NAME` is short",
          "the sensor's"),
  };
}

}  // namespace sinew

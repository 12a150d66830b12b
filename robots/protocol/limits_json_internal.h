#pragma once
#include <nlohmann/json.hpp>

#include "robots/safety/actuator_limits.h"

namespace sinew {

/// Writes an actuator as a map of its keys, without empty ones.
struct LimitsWriter {
  nlohmann::json map = nlohmann::json::object();
  template <class T, class... Check>
  void required(const char* key, const T& value, const Check&...) {
    map[key] = value;
  }
  template <class T, class... Check>
  void optional(const char* key, const T& value, const Check&...) {
    if (value != T()) map[key] = value;
  }
};

/// An actuator as a map with the keys of its file.
inline nlohmann::json limits_to_json(ActuatorLimits limits) {
  LimitsWriter writer;
  limits.visit(writer);
  return std::move(writer.map);
}

}  // namespace sinew

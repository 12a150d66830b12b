#pragma once
#include "core/config.h"

namespace sinew {

/// A number that changes linearly from the start of training to its end. In YAML: `3.0e-4`, or `{start: 3.0e-4, end:
/// 0}`.
struct Schedule {
  double start = 0;
  double end = 0;

  static Schedule constant(double value) { return {value, value}; }
  /// progress from 0 to 1.
  double at(double progress) const { return start + (end - start) * progress; }

  template <class Visitor>
  void visit(Visitor& v) {
    v.required("start", start, at_least(0));
    v.required("end", end, at_least(0));
  }
};

inline void read_value(const ConfigNode& node, Schedule& schedule) {
  if (node.is_map()) {
    ConfigReader reader(node);
    schedule.visit(reader);
    reader.finish();
  } else {
    schedule = Schedule::constant(node.number());
    check_range(node, schedule.start, at_least(0));
  }
}
inline ConfigNode write_value(const Schedule& schedule) {
  if (schedule.start == schedule.end) return write_value(schedule.start);
  return ConfigNode::map({{"start", write_value(schedule.start)}, {"end", write_value(schedule.end)}});
}

}  // namespace sinew

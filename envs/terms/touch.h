#pragma once
#include <span>
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

namespace sinew {

/// The geoms or bodies to watch for contacts, and `with`: the geoms or bodies they touch (default: all).
struct TouchParams {
  ConfigNode geoms = ConfigNode::list(), bodies = ConfigNode::list(), with = ConfigNode::list();
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("geoms", geoms);
    v.optional("bodies", bodies);
    v.optional("with", with);
  }
};

/// Watches named geoms, or bodies with the geoms that are fixed to them, for contacts. A watched one touches while a
/// contact pushes on it, according to the forces of the last physics step.
class Touch {
 public:
  /// Throws an Error when nothing is named, something is named twice, geoms and bodies are both given, or a body has no
  /// geom.
  Touch(const TouchParams& params, const TermSource& source);

  /// The names of the watched ones, in the order of the YAML; those of a pattern in the model's order.
  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }
  /// The watched body, or the body of the watched geom.
  int body(size_t index) const { return bodies_[index]; }

  /// The sum of the normal forces on each, N; positive where it touches. Valid until the next call.
  std::span<const double> forces(const Simulation& sim);

  /// Calls visit(index, contact) for each contact that pushes on a watched one; twice for a contact between two of
  /// them.
  template <class Visit>
  void for_each(const Simulation& sim, Visit&& visit) const {
    for (int i = 0; i < sim.contact_count(); ++i) {
      const Contact contact = sim.contact(i);
      if (contact.normal_force <= 0) continue;
      const size_t a = static_cast<size_t>(contact.geom1), b = static_cast<size_t>(contact.geom2);
      if (watched_[a] >= 0 && with_[b]) visit(static_cast<size_t>(watched_[a]), contact);
      if (watched_[b] >= 0 && with_[a]) visit(static_cast<size_t>(watched_[b]), contact);
    }
  }

 private:
  std::vector<std::string> names_;
  std::vector<int> bodies_;
  std::vector<int> watched_;  // [ngeom] the index of its watched geom or body; -1: not watched
  std::vector<bool> with_;    // [ngeom] whether a contact with this geom counts
  std::vector<double> forces_;
};

}  // namespace sinew

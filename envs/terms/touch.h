#pragma once
#include <span>
#include <string>
#include <vector>

#include "envs/terms/task_registry.h"

namespace sinew {

/// What to watch for contacts: `geoms` or `bodies`, and with what, geoms or bodies (all, unless named).
struct TouchParams {
  ConfigNode geoms = ConfigNode::list(), bodies = ConfigNode::list(), with = ConfigNode::list();
  template <class Visitor>
  void visit(Visitor& v) {
    v.optional("geoms", geoms);
    v.optional("bodies", bodies);
    v.optional("with", with);
  }
};

/// Watches named geoms, or bodies with the geoms that are fixed to them, for contacts. One of them
/// touches while a contact pushes on it, as of the last physics step's forces.
class Touch {
 public:
  /// An Error when nothing is named, or something twice, or geoms and bodies at once, or it has no geom.
  Touch(const TouchParams& params, const TermSource& source);

  /// Of what is watched, in the order of the YAML, and a pattern's in the model's.
  const std::vector<std::string>& names() const { return names_; }
  size_t size() const { return names_.size(); }
  /// The body that it is, or is fixed to.
  int body(size_t index) const { return bodies_[index]; }

  /// The sum of the normal forces on each, N; above 0 where it touches. Valid until the next call.
  std::span<const double> forces(const Simulation& sim);

  /// Calls visit(index, contact) for each contact that pushes on one of them, twice where it is
  /// between two of them.
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
  std::vector<int> watched_;  // [ngeom] the index of what the geom belongs to; -1: not watched
  std::vector<bool> with_;    // [ngeom] whether a contact with this geom counts
  std::vector<double> forces_;
};

}  // namespace sinew

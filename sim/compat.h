#pragma once
#include <mujoco/mujoco.h>

#include <algorithm>
#include <climits>
#include <cstdint>

/// The differences between MuJoCo 2.2.2 and 3.x, in one place. Included by sim/*.cpp only. mjVERSION_HEADER is 222 for
/// 2.2.2 and has up to seven digits in the newest version: compare with >=.
namespace sinew::compat {

/// The number of constraint rows that a contact can take in this model, depending on the cone.
inline int rows_per_contact(const mjModel& m) {
  int dim = 1;
  for (int i = 0; i < m.ngeom; ++i) dim = std::max(dim, m.geom_condim[i]);
  for (int i = 0; i < m.npair; ++i) dim = std::max(dim, m.pair_dim[i]);
  if (m.opt.cone == mjCONE_ELLIPTIC || dim == 1) return dim;
  return 2 * (dim - 1);
}

/// Sets the buffer sizes of the next mjData that is made with `m`: level 0 is a guess that fits most states of the
/// model, each further level doubles it.
inline void size_buffers(mjModel& m, const mjModel& as_loaded, int level) {
#if mjVERSION_HEADER < 230
  // Without limits of its own, a model gets njmax 500 and nconmax 100: megabytes that every reset has to clear.
  // Contacts start at one per geom (the eleven standard tasks stay below 10).
  const int contacts = std::clamp(as_loaded.ngeom, 8, 64) << level;
  int rows = 6 * m.neq;  // a weld takes 6, others fewer
  for (int i = 0; i < m.njnt; ++i) rows += m.jnt_limited[i];
  for (int i = 0; i < m.nv; ++i) rows += m.dof_frictionloss[i] > 0;
  for (int i = 0; i < m.ntendon; ++i) rows += m.tendon_limited[i] + (m.tendon_frictionloss[i] > 0);
  rows += rows_per_contact(m) * contacts;
  m.nconmax = contacts;
  m.njmax = rows;
  // MuJoCo's own rule for a sufficient stack; its pages are touched only when used.
  const int64_t side = rows + m.neq + m.nv;
  const int64_t elements =
      m.nq + m.nv + m.nu + m.na + m.nbody + m.njnt + m.ngeom + m.nsite + m.neq + m.ntendon + m.nwrap;
  m.nstack = static_cast<int>(std::clamp<int64_t>(5 * side * side + 20 * elements, 1000, INT_MAX));
#elif mjVERSION_HEADER < 300
  m.nstack = as_loaded.nstack << level;  // contacts and constraints live in the stack's arena
#else
  m.narena = as_loaded.narena << level;
#endif
}

/// Calls visit(pointer, count) for the parts of the state that exist only in newer versions.
template <class Visit>
void visit_newer_state([[maybe_unused]] const mjModel& m, [[maybe_unused]] mjData& d, [[maybe_unused]] Visit&& visit) {
#if mjVERSION_HEADER >= 230
  visit(d.plugin_state, static_cast<int>(m.npluginstate));
#endif
#if mjVERSION_HEADER >= 300
  visit(d.eq_active, static_cast<int>(m.neq));
#endif
}

/// Whether MuJoCo drops the effort limits of a URDF.
inline constexpr bool urdf_effort_is_dropped = mjVERSION_HEADER < 300;

/// Whether an equality is active from the beginning.
inline bool is_active(const mjModel& m, int equality) {
#if mjVERSION_HEADER >= 300
  return m.eq_active0[equality] != 0;
#else
  return m.eq_active[equality] != 0;
#endif
}

/// Intersects the ray from `from` along `ray` with one geom: the distance of the nearest point, in multiples of `ray`;
/// -1: none.
inline double ray_shape(const double* position, const double* axes, const double* size, const double* from,
                        const double* ray, int type) {
#if mjVERSION_HEADER >= 350
  return mju_rayGeom(position, axes, size, from, ray, type, nullptr);
#else
  return mju_rayGeom(position, axes, size, from, ray, type);
#endif
}
inline double ray_hfield(const mjModel& m, const mjData& d, int geom, const double* from, const double* ray) {
#if mjVERSION_HEADER >= 350
  return mj_rayHfield(&m, &d, geom, from, ray, nullptr);
#else
  return mj_rayHfield(&m, &d, geom, from, ray);
#endif
}

}  // namespace sinew::compat

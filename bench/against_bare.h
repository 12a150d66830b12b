#pragma once
#include <string>

#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "envs/vec_env.h"

namespace sinew::bench {

/// VecEnv::step against the bare loop, with the same number of envs as `bare`, the same random actions and the same
/// threads, in turns. One round of either takes about `seconds`. The caller sets unit and work.
Figure against_bare(std::string name, const EnvFactory& factory, BarePhysics& bare, ThreadPool& pool, double seconds);

}  // namespace sinew::bench

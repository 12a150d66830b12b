#pragma once
#include <string>

#include "bench/bare_physics.h"
#include "bench/bench.h"
#include "envs/vec_env.h"

namespace sinew::bench {

/// VecEnv::step of as many envs as `bare` has, against the bare loop, with the same random actions and on the same
/// threads, in turns. A round of one takes about `seconds`. Leaves unit and work to the caller.
Figure against_bare(std::string name, const EnvFactory& factory, BarePhysics& bare, ThreadPool& pool, double seconds);

}  // namespace sinew::bench

#pragma once
#include <cmath>
#include <limits>
#include <span>

#include "envs/env.h"

/// Errors for an action or a reward that is NaN, infinite or too large for a float.
namespace sinew {

/// False for a NaN too.
inline bool fits_float(double x) { return std::abs(x) <= std::numeric_limits<float>::max(); }

/// Throws an Error, with fault `system`, that names the first number of `action` that is not finite. `step` counts from
/// 1.
[[noreturn, gnu::noinline]] void fail_action(const ActionSpec& spec, std::span<const float> action, int step);

/// Throws an Error that names the terms of the env's last reward that are not finite.
[[noreturn, gnu::noinline]] void fail_reward(const Env& env, double reward, int step);

}  // namespace sinew

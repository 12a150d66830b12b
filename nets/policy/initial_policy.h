#pragma once
#include "nets/policy/policy.h"

namespace sinew {

/// Continues `policy` from `other`: copies its weights and normalisers. Both must have the same observations, actions,
/// layers and action map. The copied normalisers are frozen from then on, since other statistics would make it another
/// policy; those without data still learn. Throws an Error that names the first difference.
void start_from(Policy& policy, const Policy& other);

}  // namespace sinew

#pragma once
#include "nets/policy/policy.h"

namespace sinew {

/// `policy` goes on from where `other` is: it takes over its weights and normalisers. The two must be the same: what
/// they observe and do, their layers, their action map. Normalisers stay as they are from then on, for with other
/// statistics it would be another policy; those that have seen nothing yet learn.
/// Throws an Error that names the first difference.
void start_from(Policy& policy, const Policy& other);

}  // namespace sinew

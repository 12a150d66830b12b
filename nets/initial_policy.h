#pragma once
#include "nets/policy.h"

namespace sinew {

/// `policy` goes on from where `other` is: it takes over its weights and normalisers. The actors must be the same: what
/// they observe and do, their layers, their action map. The critic is taken over where it has the same parameters, else
/// it begins anew: false.
/// Throws an Error that names the first difference of the actors.
bool start_from(Policy& policy, const Policy& other);

}  // namespace sinew

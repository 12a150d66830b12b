#pragma once
#include "nets/policy.h"

namespace sinew {

/// Whether a parameter is the critic's alone: the critic's own layers, and the encoders of what it alone sees.
bool is_critics(const Policy& policy, const std::string& parameter);

/// `policy` goes on from where `other` is: it takes over its weights and normalisers. The actors must be the same: what
/// they observe and do, their layers, their action map. The critic is taken over where it has the same parameters, else
/// it begins anew: false. Normalisers stay as they are from then on, for with other statistics the
/// actor would be another one; those that have seen nothing yet learn.
/// Throws an Error that names the first difference of the actors.
bool start_from(Policy& policy, const Policy& other);

}  // namespace sinew

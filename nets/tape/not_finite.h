#pragma once
#include <optional>
#include <string>

#include "nets/tape/tape.h"

namespace sinew {

/// Locates the source of a NaN or an infinity on a tape; none when there is no such value. For a message:
///
///   the operation 'log' of 'actor.2' gives -inf at [3, 1] of [64, 6]; its inputs are finite
///
/// Checks the values first, in the order they were recorded: inputs ("the input 'observation' has nan at [0, 3] of [1,
/// 17]"), parameters, operations. If they are finite and backward() has run, checks the gradients in the order
/// backward() computed them, and then those of the parameters, in the buffers that backward() was given.
///
/// -inf may be intended, as the logit of an action that is ruled out: in an input, and in values computed from a tensor
/// that has one, it is ignored. NaN and +inf never are.
///
/// Must be called between the forward pass or backward() and rewind(), while the memory of the tape's views and of
/// backward()'s buffers is alive. Works for any tape, also an inferring one. Reads every number; recording costs
/// nothing more.
template <class T>
std::optional<std::string> find_not_finite(const BasicTape<T>& tape);

}  // namespace sinew

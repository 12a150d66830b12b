#pragma once
#include <optional>
#include <string>

#include "nets/tape/tape.h"

namespace sinew {

/// Who made the NaN or the infinity that is on a tape; nothing where there is none. For a message:
///
///   the operation 'log' of 'actor.2' gives -inf at [3, 1] of [64, 6]; its inputs are finite
///
/// Looks at the values first, in the order they were recorded: inputs ("the input 'observation' has nan
/// at [0, 3] of [1, 17]"), parameters, operations. If they are in order, and backward() has run, looks at
/// the gradients in the order backward() made them, and then at those of the parameters, in the buffers that
/// backward() was given.
///
/// -inf may be meant, as the logit of an action that is ruled out: in an input, and in what is computed
/// from a tensor that has one, it is passed over. NaN and +inf never are.
///
/// To be called between the forward pass or backward() and rewind(), while the memory of the tape's
/// views and of backward()'s buffers is alive. Any tape will do, inferring ones too. Reads every number; recording
/// costs nothing more.
template <class T>
std::optional<std::string> find_not_finite(const BasicTape<T>& tape);

}  // namespace sinew

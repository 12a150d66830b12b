#pragma once
#include <cstdint>

#include "nets/formats/demonstrations.h"
#include "robots/recording/recording.h"

namespace sinew {

struct RecordedDemonstrations {
  Demonstrations demonstrations;
  // What is not in them: actions of a robot that was not armed, those that a gate refused, and observations of no use
  // (a frame that did not decode, a number that is not finite) with what answered them.
  uint64_t unarmed = 0, refused = 0, of_no_use = 0;
};

/// What a policy can learn from a session: each observation with the action that answered it, as the gate let it
/// through. Commands become a policy's numbers again by `scale` and `offset` of the robot's file, frames what its
/// `cameras` make of them. An episode begins with a session, and after a gap as long as the watchdog. `origin`: for
/// people. Throws an Error where nothing is left to learn from.
RecordedDemonstrations demonstrations_of(const Recording& recording, const std::string& origin);

}  // namespace sinew

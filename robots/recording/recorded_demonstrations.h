#pragma once
#include <cstdint>

#include "nets/formats/demonstrations.h"
#include "robots/recording/recording.h"

namespace sinew {

struct RecordedDemonstrations {
  Demonstrations demonstrations;
  // Excluded: actions of a robot that was not armed, actions that a gate refused, and unusable observations (a frame
  // that did not decode, a number that is not finite) with their answers.
  uint64_t unarmed = 0, refused = 0, of_no_use = 0;
};

/// The demonstrations in a recorded session: each observation with the action that answered it, as the gate passed it.
/// Commands are converted back to a policy's numbers with `scale` and `offset` of the robot's file; frames are
/// processed by its `cameras`. An episode begins with each session, and after a gap as long as the watchdog. `origin`:
/// a description for people. Throws an Error if no demonstration remains.
RecordedDemonstrations demonstrations_of(const Recording& recording, const std::string& origin);

}  // namespace sinew

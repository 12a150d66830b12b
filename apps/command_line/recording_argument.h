#pragma once
#include "robots/recording/flight_recorder.h"

namespace sinew {

/// Ends it, and prints where it is, and why it is not all of the session, where that is so.
void finish_recording(FlightRecorder& recorder);

}  // namespace sinew

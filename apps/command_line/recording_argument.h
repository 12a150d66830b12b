#pragma once
#include "robots/recording/flight_recorder.h"

namespace sinew {

/// Closes the recording and prints its path and, if it does not cover the whole session, why.
void finish_recording(FlightRecorder& recorder);

}  // namespace sinew

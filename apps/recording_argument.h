#pragma once
#include <optional>
#include <string>

#include "robots/flight_recorder.h"

namespace sinew {

/// Refuses, before anything starts, a recording that would lie where something lies already, or where nothing can.
void check_recording(const std::optional<std::string>& path);

/// Ends it, and prints where it is, and why it is not all of the session, where that is so.
void finish_recording(FlightRecorder& recorder);

}  // namespace sinew

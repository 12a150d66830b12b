#include "robots/control/sent_observation.h"

#include <numeric>

namespace sinew {

ObservationMessage message_of(const RobotObservation& from, std::vector<std::string> images, uint64_t arrived,
                              uint64_t overtaken) {
  return {.session = from.session,
          .sequence = from.sequence,
          .stamp = from.stamp,
          .mode = from.mode,
          .alarm = from.alarm.alarm,
          .action = from.action,
          .action_age = from.action_age,
          .arrived = arrived,
          .refused = from.gate.total_refused() + overtaken,
          .limited = std::accumulate(from.gate.limited.begin(), from.gate.limited.end(), uint64_t{0}),
          .numbers = from.numbers,
          .joints = from.joints,
          .images = std::move(images)};
}

}  // namespace sinew

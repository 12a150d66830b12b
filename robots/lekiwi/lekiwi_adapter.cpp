#include "robots/lekiwi/lekiwi_adapter.h"

#include "robots/lekiwi/lekiwi_body.h"
#include "robots/lekiwi/lekiwi_config.h"
#include "robots/lekiwi/lekiwi_draft.h"
#include "robots/lekiwi/lekiwi_host.h"

namespace sinew {

Adapter lekiwi_adapter() {
  return {.name = "lekiwi",
          .description = "LeRobot's LeKiwi: the client of its host",
          .lacks = {{"no_keys", "anyone who reaches its ports can move it"},
                    {"no_handshake",
                     "it does not describe itself: only this file says what its names, order and units are"},
                    {"no_sequence", "lost and repeated messages are not detected"},
                    {"no_stamps", "ages count from the arrival here, without the time on the network"},
                    {lekiwi_old_wire, "hosts up to LeRobot 0.6.0, whose arm may count in other units", true}},
          .make = [](const RobotConfig& config, const AdapterEvents& on_event) -> std::unique_ptr<RobotBody> {
            return std::make_unique<LekiwiBody>(config, on_event);
          },
          .serve = [](const RobotConfig& config, RobotBody& body, const RobotSideOptions& options)
              -> std::unique_ptr<RobotSide> { return std::make_unique<LekiwiHost>(config, body, options); },
          .draft = draft_lekiwi,
          .cameras = [](const RobotConfig& config) { return lekiwi_cameras(read_lekiwi_config(config)); },
          .parameters = list_parameters<LekiwiConfig>()};
}

}  // namespace sinew

#include "robots/lekiwi/lekiwi_adapter.h"

#include "robots/lekiwi/lekiwi_body.h"
#include "robots/lekiwi/lekiwi_config.h"
#include "robots/lekiwi/lekiwi_draft.h"
#include "robots/lekiwi/lekiwi_host.h"

namespace sinew {

Adapter lekiwi_adapter() {
  return {.name = "lekiwi",
          .description = "LeRobot's LeKiwi: the client of its host",
          .lacks = {{"no_keys", "whoever reaches its ports may move it"},
                    {"no_handshake",
                     "it does not say what it is: that names, order and units are right is this file's word"},
                    {"no_sequence", "messages that are lost or come twice are not noticed"},
                    {"no_stamps", "ages count from the receipt here, without the way to it"},
                    {lekiwi_old_wire, "hosts up to LeRobot 0.6.0, whose arm may count in other units", true}},
          .make = [](const RobotConfig& config, const AdapterEvents& on_event) -> std::unique_ptr<RobotBody> {
            return std::make_unique<LekiwiBody>(config, on_event);
          },
          .serve = [](const RobotConfig& config, RobotBody& body, const RobotSideOptions& options)
              -> std::unique_ptr<RobotSide> { return std::make_unique<LekiwiHost>(config, body, options); },
          .draft = draft_lekiwi,
          .cameras = [](const RobotConfig& config) { return lekiwi_cameras(read_lekiwi_config(config)); }};
}

}  // namespace sinew

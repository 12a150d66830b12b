// The `sinew` command for a computer on a robot (SINEW_ROBOT_ONLY).
#include "apps/robot_commands.h"
#include "nets/layers/layer.h"

int main(int argc, char** argv) {
  const sinew::LayerTable<float> layers = sinew::builtin_layers<float>();
  const sinew::AdapterTable adapters = sinew::builtin_adapters();
  return sinew::run_program(argc, argv,
                            {.name = "sinew",
                             .summary = "What a computer on a robot needs: a policy drives the robot.",
                             .commands = sinew::robot_commands(layers, adapters),
                             .version = [] { return std::string("sinew " SINEW_VERSION " (robot only)"); }});
}

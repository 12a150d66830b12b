#include "apps/run.h"

#include "apps/commands.h"

namespace sinew {

int run(int argc, char** argv) {
  return run_program(
      argc, argv,
      {.name = "sinew",
       .summary = "Deep reinforcement learning from raw sensors to actuators.",
       .commands =
           {
               {"report", "what runs achieved over their seeds: a table and the learning curve", declare_report},
               {"test", "run the tests of the build this command belongs to", declare_test},
           },
       .version = [] { return std::string("sinew " SINEW_VERSION); }});
}

}  // namespace sinew

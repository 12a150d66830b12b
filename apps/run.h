#pragma once

namespace sinew {

/// The `sinew` command: a program's main returns what this returns.
int run(int argc, char** argv);

}  // namespace sinew

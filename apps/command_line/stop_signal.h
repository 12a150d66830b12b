#pragma once
#include <atomic>

namespace sinew {

/// From now on SIGINT, SIGTERM and SIGHUP (but under nohup) ask for an orderly end; a second one kills, as ever. So
/// does SIGPIPE, whenever it comes: nobody reads our lines any more.
void catch_stop_signals();

/// Whether one of them came.
const std::atomic<bool>& stop_requested();
/// What a command exits with that was ended by it before it was done, as shells have it: 130 for Ctrl-C, 143 for
/// SIGTERM.
int stop_exit_code();

}  // namespace sinew

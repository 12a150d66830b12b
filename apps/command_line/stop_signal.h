#pragma once
#include <atomic>

namespace sinew {

/// From now on SIGINT, SIGTERM and SIGHUP (except under nohup) request an orderly end; a second one kills as usual.
/// SIGPIPE also requests it, every time it arrives: no process reads our output any more.
void catch_stop_signals();

/// Whether one of them was received.
const std::atomic<bool>& stop_requested();
/// The exit code of a command that such a signal ended early, by shell convention: 130 for Ctrl-C, 143 for SIGTERM.
int stop_exit_code();

}  // namespace sinew

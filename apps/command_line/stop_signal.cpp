#include "apps/command_line/stop_signal.h"

#include <csignal>
#include <initializer_list>

namespace sinew {
namespace {

std::atomic<bool> requested{false};
std::atomic<int> last_signal{0};

// After the reader of our output is gone, every line raises a SIGPIPE, so SIGPIPE never kills.
void request_stop(int signal) {
  last_signal = signal;
  requested = true;
  if (signal != SIGPIPE) std::signal(signal, SIG_DFL);
}

}  // namespace

void catch_stop_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) std::signal(signal, request_stop);
  if (std::signal(SIGHUP, request_stop) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup's
}

const std::atomic<bool>& stop_requested() { return requested; }
int stop_exit_code() { return 128 + last_signal; }

}  // namespace sinew

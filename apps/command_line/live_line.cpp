#include "apps/command_line/live_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "apps/command_line/terminal.h"
#include "core/clock.h"

namespace sinew {
namespace {

constexpr double plain_interval = 5;  // s

// A closed terminal is not an error.
void put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

void LiveLine::show(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (!redraws_) {
    if (now_seconds() < next_plain_) return;
    next_plain_ = now_seconds() + plain_interval;
    return put(text + "\n");
  }
  // One column stays free: some terminals wrap when the last one is written.
  const size_t width = static_cast<size_t>(std::max(20, terminal_width(STDERR_FILENO)) - 1);
  put("\r\x1b[K" + text.substr(0, width));
  open_ = true;
}

void LiveLine::print(const std::string& text) {
  const std::lock_guard lock(mutex_);
  wipe();
  put(wrap(printable(text), terminal_width(STDERR_FILENO)) + "\n");
}

void LiveLine::clear() {
  const std::lock_guard lock(mutex_);
  wipe();
}

void LiveLine::wipe() {
  if (open_) put("\r\x1b[K");
  open_ = false;
}

}  // namespace sinew

#include "apps/command_line/progress.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "apps/command_line/terminal.h"

namespace sinew {
namespace {

constexpr double live_interval = 0.1, plain_interval = 5;  // seconds

std::string short_steps(int64_t steps) {
  if (steps < 10000) return std::to_string(steps);
  return steps < 1000000 ? fmt::format("{}k", steps / 1000) : fmt::format("{:.4g}M", static_cast<double>(steps) / 1e6);
}

std::string bar(double share, int cells) {
  const int full = std::clamp(static_cast<int>(share * cells), 0, cells);
  return fmt::format("[{}{}]", std::string(static_cast<size_t>(full), '='),
                     std::string(static_cast<size_t>(cells - full), ' '));
}

// Training goes on without a viewer: a closed terminal is not an error.
void put(std::FILE* out, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

}  // namespace

std::string progress_line(const ProgressState& state, int64_t total_steps, int width) {
  const double share = total_steps > 0 ? static_cast<double>(state.step) / static_cast<double>(total_steps) : 1;
  const double left = static_cast<double>(total_steps - state.step) / state.fps;
  // In display order; when space is short, the parts with the smallest numbers are kept longest.
  struct Part {
    int importance;
    std::string text;
  };
  std::vector<Part> parts = {{9, fmt::format("{:3.0f}%", std::floor(100 * share))}};
  if (width > 0) parts.push_back({2, bar(share, 20)});
  parts.push_back({6, fmt::format("{}/{} steps", short_steps(state.step), short_steps(total_steps))});
  if (std::isfinite(state.mean_return)) parts.push_back({8, "return " + short_number(state.mean_return)});
  if (std::isfinite(state.eval_return)) parts.push_back({5, "eval " + short_number(state.eval_return)});
  if (std::isfinite(state.fps)) parts.push_back({4, with_commas(std::llround(state.fps)) + " steps/s"});
  if (std::isfinite(left) && left > 0) parts.push_back({7, clock_time(left) + " left"});
  while (true) {
    std::string line;
    for (const Part& part : parts) line += (line.empty() ? "" : "  ") + part.text;
    if (width <= 0 || line.size() <= static_cast<size_t>(width) || parts.size() == 1) return line;
    parts.erase(std::min_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.importance < b.importance; }));
  }
}

Progress::Progress(int64_t total_steps, bool redraws, std::FILE* out)
    : total_steps_(total_steps), redraws_(redraws), out_(out) {}

Progress::~Progress() {
  if (open_) put(out_, "\n");
}

void Progress::update(const ProgressState& state) {
  state_ = state;
  stale_ = true;
  if (now_seconds() >= next_draw_) draw();
}

void Progress::draw() {
  next_draw_ = now_seconds() + (redraws_ ? live_interval : plain_interval);
  stale_ = false;
  if (!redraws_) {
    put(out_, progress_line(state_, total_steps_, 0) + "\n");
  } else {
    // One column stays free: some terminals wrap when the last one is written.
    const int width = std::max(20, terminal_width(::fileno(out_)));
    put(out_, "\r\x1b[K" + progress_line(state_, total_steps_, width - 1));
    open_ = true;
  }
}

void Progress::clear() {
  if (!open_) return;
  put(out_, "\r\x1b[K");
  open_ = false;
}

void Progress::finish() {
  if (stale_ || (redraws_ && !open_)) draw();
  if (open_) put(out_, "\n");
  open_ = false;
}

}  // namespace sinew

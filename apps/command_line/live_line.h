#pragma once
#include <mutex>
#include <string>

namespace sinew {

/// A status line on standard error. If it can be redrawn (can_redraw), it is redrawn in place; otherwise it is printed
/// every few seconds. Other lines may be printed in between, from any thread.
class LiveLine {
 public:
  explicit LiveLine(bool redraws) : redraws_(redraws) {}
  ~LiveLine() { clear(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void show(const std::string& text);
  /// A line that stays.
  void print(const std::string& text);
  void clear();

 private:
  void wipe();

  std::mutex mutex_;
  bool redraws_, open_ = false;
  double next_plain_ = 0;
};

}  // namespace sinew

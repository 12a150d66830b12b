#pragma once
#include <mutex>
#include <string>

namespace sinew {

/// A line on standard error that tells where things stand: where it can (can_redraw), it redraws itself, elsewhere it
/// comes every few seconds. Other lines may be printed meanwhile, from any thread.
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

#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace sinew {

/// A fixed team of threads for short parallel loops. A waiting worker spins for some tens of microseconds and then
/// sleeps on a futex, so that a loop of a few microseconds pays off and a busy machine is not starved. Runs one loop at
/// a time, from one thread. Allocates nothing.
class ThreadPool {
 public:
  /// `threads` includes the calling thread, which takes part: 1 creates no thread at all.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(i) once for each i in [0, n), in any order, and returns when all are done. If some throw, rethrows the
  /// exception of the smallest i after all are done. n < 2^20.
  template <class Body>
  void parallel_for(int n, Body&& body) {
    using Callable = std::remove_reference_t<Body>;
    run(
        n, [](void* context, int i) { (*static_cast<Callable*>(context))(i); },
        const_cast<void*>(static_cast<const void*>(std::addressof(body))));
  }

 private:
  using Function = void (*)(void* context, int i);
  void run(int n, Function function, void* context);
  void call(int i);
  bool claim_one(uint64_t& ticket);
  void worker_loop();

  // [epoch: 24 | n: 20 | next index: 20]; one word, so that a late worker can never claim an index of a finished loop.
  alignas(64) std::atomic<uint64_t> ticket_{0};
  alignas(64) std::atomic<int> remaining_{0};
  alignas(64) std::atomic<int> sleepers_{0};
  std::atomic<bool> stopping_{false};
  Function function_ = nullptr;
  void* context_ = nullptr;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  int error_index_ = 0;
  std::vector<std::thread> workers_;
};

/// The number of threads to use when the user gives none: the cores this process may run on.
int default_threads();

}  // namespace sinew

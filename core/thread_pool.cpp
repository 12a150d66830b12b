#include "core/thread_pool.h"

#include <sched.h>

#include <cassert>
#include <chrono>
#include <utility>

namespace sinew {
namespace {

constexpr uint64_t index_mask = (1u << 20) - 1;
constexpr auto spin_time = std::chrono::microseconds(60);

uint64_t pack(uint64_t epoch, int n) { return epoch << 40 | static_cast<uint64_t>(n) << 20; }
int count_of(uint64_t ticket) { return static_cast<int>(ticket >> 20 & index_mask); }
int index_of(uint64_t ticket) { return static_cast<int>(ticket & index_mask); }
bool has_work(uint64_t ticket) { return index_of(ticket) < count_of(ticket); }

void pause_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Spins until done() or the spin time is over; returns whether done() was true.
template <class Done>
bool spin_until(Done&& done) {
  const auto deadline = std::chrono::steady_clock::now() + spin_time;
  do {
    for (int i = 0; i < 16; ++i) {
      if (done()) return true;
      pause_cpu();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return done();
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { worker_loop(); });
}

ThreadPool::~ThreadPool() {
  stopping_.store(true);
  ticket_.fetch_add(uint64_t{1} << 40);
  ticket_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::call(int i) {
  try {
    function_(context_, i);
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (!error_ || i < error_index_) {
      error_ = std::current_exception();
      error_index_ = i;
    }
  }
}

bool ThreadPool::claim_one(uint64_t& ticket) {
  while (has_work(ticket)) {
    if (!ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) continue;
    call(index_of(ticket));
    if (remaining_.fetch_sub(1, std::memory_order_acq_rel) == 1) remaining_.notify_all();
    ticket = ticket_.load(std::memory_order_acquire);
    return true;
  }
  return false;
}

void ThreadPool::run(int n, Function function, void* context) {
  assert(n <= static_cast<int>(index_mask));
  function_ = function;
  context_ = context;
  if (workers_.empty() || n <= 1) {
    for (int i = 0; i < n; ++i) call(i);
  } else {
    remaining_.store(n, std::memory_order_relaxed);
    uint64_t ticket = pack((ticket_.load(std::memory_order_relaxed) >> 40) + 1, n);
    ticket_.store(ticket);
    if (sleepers_.load() > 0) ticket_.notify_all();
    while (claim_one(ticket)) {
    }
    const auto done = [this] { return remaining_.load(std::memory_order_acquire) == 0; };
    while (!spin_until(done))
      if (const int left = remaining_.load(); left != 0) remaining_.wait(left);
  }
  if (error_) {
    const std::exception_ptr error = std::exchange(error_, nullptr);
    std::rethrow_exception(error);
  }
}

void ThreadPool::worker_loop() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    uint64_t ticket = ticket_.load(std::memory_order_acquire);
    while (claim_one(ticket)) {
    }
    const auto awake = [&] {
      ticket = ticket_.load(std::memory_order_acquire);
      return has_work(ticket) || stopping_.load(std::memory_order_relaxed);
    };
    if (spin_until(awake)) continue;
    sleepers_.fetch_add(1);
    ticket = ticket_.load();
    if (!has_work(ticket) && !stopping_.load()) ticket_.wait(ticket);
    sleepers_.fetch_sub(1);
  }
}

int default_threads() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace sinew

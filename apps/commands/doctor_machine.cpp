// The checks of `sinew doctor` on the machine.
#include <fmt/core.h>
#include <pthread.h>
#include <sched.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "apps/commands/doctor_checks.h"
#include "core/memory.h"
#include "core/text.h"
#include "core/thread_pool.h"

namespace sinew {
namespace {

// Cores allowed by the container's quota; 0: no quota.
double quota_of_cores() {
  std::string line, path;
  std::ifstream groups("/proc/self/cgroup");
  while (std::getline(groups, line))
    if (line.starts_with("0::")) path = line.substr(3);
  double quota = 0, period = 0;
  std::ifstream limit("/sys/fs/cgroup" + path + "/cpu.max");
  return limit >> quota >> period && period > 0 ? quota / period : 0;  // "max" is not a number
}

// Gigabytes in a row of /proc/meminfo.
double memory_row(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  std::string line;
  while (std::getline(file, line))
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) * 1024 / 1e9;
  return 0;
}

struct InstructionSet {
  const char* name;
  bool compiled, present;
};

std::vector<InstructionSet> instruction_sets() {
#if defined(__x86_64__)
#ifdef __AVX2__
  constexpr bool avx2 = true;
#else
  constexpr bool avx2 = false;
#endif
#ifdef __AVX512F__
  constexpr bool avx512 = true;
#else
  constexpr bool avx512 = false;
#endif
  return {{"AVX2", avx2, __builtin_cpu_supports("avx2") != 0},
          {"AVX-512", avx512, __builtin_cpu_supports("avx512f") != 0}};
#elif defined(__aarch64__)
  return {{"NEON", true, true}};
#else
  return {};
#endif
}

}  // namespace

Finding check_cores() {
  const int usable = default_threads();
  const int all = static_cast<int>(std::thread::hardware_concurrency());
  const double quota = quota_of_cores();
  if (quota > 0 && quota < usable)
    return {false, fmt::format("{}, but a quota of {:g}", usable, quota),
            fmt::format("The container grants the time of {:g} cores: give --threads {} to commands, more threads only "
                        "wait.",
                        quota, static_cast<int>(quota) < 1 ? 1 : static_cast<int>(quota))};
  if (usable == 1) return {true, "1", "Simulation and learning share the one core."};
  return {true, all > usable ? fmt::format("{} of {}", usable, all) : std::to_string(usable),
          "Commands use all of them unless --threads says otherwise; results do not depend on it."};
}

Finding check_simd() {
  std::vector<std::string> used, unused;
  for (const InstructionSet& set : instruction_sets()) {
    if (set.compiled)
      used.emplace_back(set.name);
    else if (set.present)
      unused.emplace_back(set.name);
  }
  const std::string value = used.empty() ? "none beyond the baseline" : join(used);
  if (!unused.empty())
    return {false, value,
            fmt::format("The processor also has {}, which this build leaves unused: networks run several "
                        "times slower. Build with -DSINEW_NATIVE=ON.",
                        join(unused))};
  if (used.empty()) return {false, value, "Networks run on scalar or baseline instructions: slow."};
  return {true, value, "The build uses what this processor has; it may not start on an older one."};
}

Finding check_memory() {
  const double total = memory_row("MemTotal");
  const double available = static_cast<double>(available_memory().value_or(0)) / 1e9;  // a container's limit counts
  const std::string value = fmt::format("{:.1f} GB, {:.1f} GB free", total, available);
  if (available < 0.5)
    return {false, value, "Little is free: a training run takes 0.1 GB, compiling sinew 1.5 GB a job."};
  return {true, value, "A training run from state takes 0.1 GB; image observations are stored at one byte a pixel."};
}

Finding check_real_time() {
  int error = 0;
  std::thread([&error] {  // its own thread, so that nothing here stays real-time
    const sched_param priority{.sched_priority = sched_get_priority_min(SCHED_FIFO)};
    error = ::pthread_setschedparam(::pthread_self(), SCHED_FIFO, &priority);
  })
      .join();
  if (error == 0)
    return {true, "allowed", "A robot's control loop can be scheduled ahead of everything else on this computer."};
  return {false, "not allowed",
          "Training does not need it. A robot's control loop on this computer may be late under load: allow it with "
          "'ulimit -r 80' (rtprio in /etc/security/limits.conf)."};
}

}  // namespace sinew

#include "agents/data/demonstration_replay.h"

#include <algorithm>

namespace sinew {
namespace {

constexpr size_t most_together = 16;  // episodes that one thread runs side by side

}  // namespace

DemonstrationReplay::DemonstrationReplay(const Policy& policy, const DemonstrationData& data, ThreadPool& pool)
    : policy_(policy), data_(data), pool_(pool) {
  for (int i = 0; i < pool.size(); ++i) runners_.push_back(std::make_unique<PolicyRunner>(policy));
}

// A row's bits depend neither on its neighbours nor on the thread.
void DemonstrationReplay::run(const std::vector<DemonstrationData::Episode>& episodes, const Visit& visit) {
  using Episode = DemonstrationData::Episode;
  std::vector<Episode> longest_first = episodes;
  std::ranges::stable_sort(longest_first, std::ranges::greater(), &Episode::length);
  const size_t groups = (longest_first.size() + most_together - 1) / most_together;
  const int workers = static_cast<int>(std::min(groups, runners_.size()));
  pool_.parallel_for(workers, [&](int worker) {
    for (size_t group = worker; group < groups; group += static_cast<size_t>(workers)) {
      const size_t begin = group * most_together, end = std::min(longest_first.size(), begin + most_together);
      run_together(*runners_[worker], std::span(longest_first).subspan(begin, end - begin), visit);
    }
  });
}

// Sorted longest first, so that the episodes still running at a step are the first ones.
void DemonstrationReplay::run_together(PolicyRunner& runner, std::span<const DemonstrationData::Episode> episodes,
                                       const Visit& visit) const {
  const size_t width = policy_.observation_size(), image_size = policy_.image_size(), n = policy_.action_size(),
               state_size = policy_.state_size();
  std::vector<float> numbers(episodes.size() * width), states(episodes.size() * state_size),
      commands(episodes.size() * n);
  std::vector<float> before(states.size());
  std::vector<uint8_t> images(episodes.size() * image_size), resets(episodes.size());
  for (int step = 0; step < episodes.front().length(); ++step) {
    size_t running = 0;
    for (; running < episodes.size() && step < episodes[running].length(); ++running) {
      std::ranges::copy(data_.numbers(episodes[running].begin + step), numbers.begin() + running * width);
      data_.copy_images(episodes[running].begin + step, images.data() + running * image_size);
    }
    std::ranges::fill(resets, static_cast<uint8_t>(step == 0));
    before = states;
    runner.act({static_cast<int>(running), numbers.data(), images.data()},
               std::span(states).first(running * state_size), std::span(resets).first(running),
               std::span(commands).first(running * n));
    for (size_t i = 0; i < running; ++i)
      visit(episodes[i].begin + step, std::span(before).subspan(i * state_size, state_size),
            std::span(commands).subspan(i * n, n));
  }
}

}  // namespace sinew

#include "agents/update/update_engine.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/state_archive.h"
#include "nets/ops/ops.h"
#include "nets/tape/not_finite.h"

namespace sinew {

// A slice of a part's parameters: its place in the part's gradients, and its optimiser.
struct UpdateEngine::Slice {
  Parameters& set;
  Adam adam;
  size_t begin;  // in the gradients
  std::span<float> of(std::vector<float>& gradients) const {
    return std::span(gradients).subspan(begin, static_cast<size_t>(adam.range().size()));
  }
};

struct UpdateEngine::Shard {
  Tape tape;
  Rng random;
  std::vector<float> gradients;   // of the part's slices, one after the other
  std::vector<Gradients> wanted;  // views of `gradients`
};

UpdateEngine::UpdateEngine(ThreadPool& pool, UpdateOptions options, Rng augment_stream,
                           std::function<std::string()> advice)
    : pool_(pool),
      options_(std::move(options)),
      augment_stream_(augment_stream),
      advice_(std::move(advice)),
      squares_(options_.parts.size()) {
  std::vector<size_t> sizes;
  for (const std::vector<ParameterSlice>& part : options_.parts) {
    size_t size = 0;
    std::vector<Slice>& slices = parts_.emplace_back();
    for (const ParameterSlice& slice : part) {
      slices.push_back({*slice.set, Adam(*slice.set, options_.adam, slice.range), size});
      size += static_cast<size_t>(slices.back().adam.range().size());
    }
    sizes.push_back(size);
  }
  for (int piece = 0; piece < options_.pieces; ++piece)
    for (size_t part = 0; part < parts_.size(); ++part) {
      shards_.push_back(std::make_unique<Shard>());
      shards_.back()->gradients.resize(sizes[part]);
      shards_.back()->wanted.reserve(parts_[part].size());
    }
}

UpdateEngine::~UpdateEngine() = default;

Tape& UpdateEngine::tape_of(int shard) { return shards_[static_cast<size_t>(shard)]->tape; }

std::span<const int> UpdateEngine::prepare(int i, std::span<const int> items) {
  Shard& shard = *shards_[static_cast<size_t>(i)];
  std::ranges::fill(shard.gradients, 0.0f);
  const uint64_t number = static_cast<uint64_t>(n_updates_) * shards_.size() + static_cast<uint64_t>(i);
  shard.random = augment_stream_.split("shard", number);
  shard.tape.set_random(&shard.random);
  shard.tape.rewind();
  const size_t pieces = static_cast<size_t>(options_.pieces), piece = static_cast<size_t>(i) / options_.parts.size();
  const size_t begin = items.size() * piece / pieces, end = items.size() * (piece + 1) / pieces;
  return items.subspan(begin, end - begin);
}

bool UpdateEngine::learns(const Slice& slice) const { return !only_ || only_ == &slice.set; }

void UpdateEngine::differentiate(int i, const Tensor& loss) {
  Shard& shard = *shards_[static_cast<size_t>(i)];
  shard.wanted.clear();
  for (const Slice& slice : parts_[static_cast<size_t>(part_of(i))])
    if (learns(slice)) shard.wanted.push_back({&slice.set, slice.of(shard.gradients), slice.adam.range().begin});
  shard.tape.backward(loss, std::span<const Gradients>(shard.wanted));
}

// Sums into the part's first shard, in the order of the shards.
double UpdateEngine::sum_gradients(size_t part) {
  const std::span<float> total = shards_[part]->gradients;
  for (size_t i = part + parts_.size(); i < shards_.size(); i += parts_.size())
    for (size_t j = 0; j < total.size(); ++j) total[j] += shards_[i]->gradients[j];
  const double length = norm<float>(total);
  return length * length;
}

void UpdateEngine::take_step(double learning_rate) {
  const int parts = static_cast<int>(parts_.size());
  pool_.parallel_for(parts, [&](int i) { squares_[static_cast<size_t>(i)] = sum_gradients(static_cast<size_t>(i)); });
  double squares = 0;
  for (const double square : squares_) squares += square;
  const double length = std::sqrt(squares);
  if (!std::isfinite(length)) fail_diverged("a gradient");
  const double scale = clip_scale(length, options_.max_grad_norm);
  pool_.parallel_for(parts, [&](int i) {
    for (Slice& slice : parts_[static_cast<size_t>(i)])
      if (learns(slice)) slice.adam.step(slice.of(shards_[static_cast<size_t>(i)]->gradients), learning_rate, scale);
  });
  if (options_.has_batch_statistics)
    for (int i = 0; i < parts; ++i) absorb_batch_statistics(tape_of(i));
  ++n_updates_;
}

void UpdateEngine::restart_optimizer() {
  for (std::vector<Slice>& part : parts_)
    for (Slice& slice : part) slice.adam.restart();
}

void UpdateEngine::check_finite(double loss) const {
  if (!std::isfinite(loss)) fail_diverged("the loss");
}

void UpdateEngine::fail_diverged(const char* what) const {
  std::string culprit;
  for (size_t part = 0; part < parts_.size(); ++part)
    for (size_t i = part; i < shards_.size(); i += parts_.size())
      if (culprit.empty()) culprit = find_not_finite(shards_[i]->tape).value_or("");
  throw Error(fmt::format("learning has diverged: in update {} {} is not finite{}{}; {}", n_updates_ + 1, what,
                          culprit.empty() ? "" : ": ", culprit, advice_()),
              Error::Fault::system);
}

void UpdateEngine::visit_state(StateArchive& archive) {
  int number = 0;
  for (std::vector<Slice>& part : parts_)
    for (Slice& slice : part) archive(fmt::format("adam_{}", number++), slice.adam);
  archive("n_updates", n_updates_);
}

int pieces_of(bool has_batch_statistics, int batch_size, int n_shards) {
  if (has_batch_statistics) {
    if (n_shards > 1)
      fail(
          "algorithm.n_shards: the network has batch_norm, whose statistics would differ between {} pieces of a "
          "minibatch; leave n_shards out",
          n_shards);
    return 1;
  }
  if (n_shards > 0) return std::min(n_shards, batch_size);
  return batch_size < 64 ? 1 : std::clamp(batch_size / 512, 2, 16);
}

}  // namespace sinew

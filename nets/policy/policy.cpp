#include "nets/policy/policy.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/safe_file.h"
#include "core/state_archive.h"
#include "nets/ops/image.h"

namespace sinew {
Policy::Policy(InterfaceSpec spec, NetworkConfig config, const LayerTable<float>& layers, Rng& rng)
    : spec_(std::move(spec)),
      config_(std::move(config)),
      actor_(spec_, config_, layers, rng),
      observation_size_(spec_.observation_size()),
      image_size_(spec_.image_size()) {
  for (const SensorSpec& sensor : spec_.sensors) {
    const int columns = sensor.is_image() ? sensor.shape[2] : sensor.size();
    normalizers_.emplace_back(config_.normalizes(sensor) ? columns : 0);
    normalizer_labels_.push_back("normalizer." + sensor.name + ".mean");
    normalizer_labels_.push_back("normalizer." + sensor.name + ".scale");
  }
  for (const ActionPart& part : spec_.actions.parts)
    for (int i = 0; i < part.size(); ++i) {
      constexpr double unlimited = std::numeric_limits<float>::max();
      low_.push_back(static_cast<float>(part.is_discrete() ? 0 : std::max(part.low[i], -unlimited)));
      high_.push_back(static_cast<float>(part.is_discrete() ? 0 : std::min(part.high[i], unlimited)));
      if (config_.action_map != "clip" && (low_.back() == -unlimited || high_.back() == unlimited))
        fail("network.action_map: '{}' needs limits, and '{}' has none; use clip", config_.action_map,
             part.labels.empty() ? part.name : part.labels[i]);
    }
}

void Policy::visit_state(StateArchive& archive) {
  archive("parameters", parameters().values());
  archive("normalizers", std::span(normalizers_));
}

bool Policy::normalizes_images() const {
  for (size_t s = 0; s < normalizers_.size(); ++s)
    if (spec_.sensors[s].is_image() && normalizers_[s].size() > 0) return true;
  return false;
}

void Policy::update_normalizers(std::span<const float> numbers) {
  const size_t width = observation_size();
  size_t begin = 0;
  for (size_t s = 0; s < normalizers_.size(); ++s) {
    if (spec_.sensors[s].is_image()) continue;
    const size_t n = spec_.sensors[s].size();
    if (normalizers_[s].size() > 0) {
      if (n == width) {
        normalizers_[s].update(numbers);
      } else {
        std::vector<float> own;
        for (size_t row = 0; row < numbers.size(); row += width)
          own.insert(own.end(), numbers.begin() + row + begin, numbers.begin() + row + begin + n);
        normalizers_[s].update(own);
      }
    }
    begin += n;
  }
}

void Policy::update_image_normalizers(const ObservationRows& rows) {
  size_t begin = 0;
  for (size_t s = 0; s < normalizers_.size(); ++s) {
    if (!spec_.sensors[s].is_image()) continue;
    const size_t n = spec_.sensors[s].size();
    if (normalizers_[s].size() > 0) {
      std::vector<float> own;
      own.reserve(n * rows.rows);
      for (int row = 0; row < rows.rows; ++row)
        for (size_t i = 0; i < n; ++i) own.push_back(rows.images[size_t(row) * image_size_ + begin + i] * (1.0f / 255));
      normalizers_[s].update(own);
    }
    begin += n;
  }
}

Tensor Policy::standardize_sensor(size_t s, Tensor x) const {
  const Normalizer& normalizer = normalizers_[s];
  if (normalizer.size() == 0) return x;
  Tape& tape = x.tape();
  return standardize(x, tape.view({normalizer.size()}, normalizer.mean().data(), normalizer_labels_[2 * s].c_str()),
                     tape.view({normalizer.size()}, normalizer.scale().data(), normalizer_labels_[2 * s + 1].c_str()),
                     Normalizer::limit);
}

Tensor Policy::normalize(Tensor observations) const {
  Tensor result;
  int begin = 0;
  for (size_t s = 0; s < normalizers_.size(); ++s) {
    if (spec_.sensors[s].is_image()) continue;
    const int end = begin + spec_.sensors[s].size();
    if (end - begin == observation_size_) return standardize_sensor(s, observations);
    const Tensor own = standardize_sensor(s, slice(observations, begin, end));
    const Tensor pair[] = {begin == 0 ? own : result, own};
    result = begin == 0 ? own : concat<float>(pair);
    begin = end;
  }
  return result;
}

// An image's normaliser has one entry per channel.
Tensor Policy::normalize_images(Tensor images) const {
  if (!normalizes_images()) return images;
  Tensor result;
  int begin = 0;
  for (size_t s = 0; s < normalizers_.size(); ++s) {
    if (!spec_.sensors[s].is_image()) continue;
    const int n = spec_.sensors[s].size(), channels = spec_.sensors[s].shape[2], rows = images.shape()[0];
    Tensor own = n == image_size_ ? images : slice(images, begin, begin + n);
    if (normalizers_[s].size() > 0)
      own = reshape(standardize_sensor(s, reshape(own, {rows, n / channels, channels})), {rows, n});
    const Tensor pair[] = {begin == 0 ? own : result, own};
    result = begin == 0 ? own : concat<float>(pair);
    begin += n;
  }
  return result;
}

Observations Policy::observe_normalized(Tape& tape, const ObservationRows& rows, const char* label,
                                        bool images_want_gradients) const {
  Observations result{{}, {}};
  if (observation_size_ > 0) result.numbers = tape.view({rows.rows, observation_size_}, rows.numbers, label);
  if (image_size_ > 0) {
    const Tensor images = pixels(tape, {rows.rows, image_size_}, rows.images, "images");
    images.node()->requires_gradient = images_want_gradients;
    result.images = normalize_images(images);
  }
  return result;
}

Observations Policy::observe(Tape& tape, const ObservationRows& rows, bool images_want_gradients) const {
  Observations result = observe_normalized(tape, rows, "observation", images_want_gradients);
  if (observation_size_ > 0) result.numbers = normalize(result.numbers);
  return result;
}

// `raw` holds only this part's columns.
Tensor Policy::map_part(const ActionPart& part, int begin, Tensor raw) const {
  if (part.is_discrete()) return raw;
  const auto limits = [&](const std::vector<float>& all, const char* label) {
    const Tensor row = raw.tape().view({action_size()}, all.data(), label);  // whole, as the reader of a trace expects
    return part.size() == action_size() ? row : slice(row, begin, begin + part.size());
  };
  const Tensor low = limits(low_, "action.low"), high = limits(high_, "action.high");
  if (config_.action_map == "clip") return clip_columns(raw, low, high);
  const Tensor unit = config_.action_map == "tanh" ? tanh(raw) : clip(raw, -1, 1);
  return low + (high - low) * scale_shift(unit, 0.5, 0.5);
}

Tensor Policy::map_action(Tensor raw) const {
  const std::vector<ActionPart>& parts = spec_.actions.parts;
  if (parts.size() == 1) return map_part(parts[0], 0, raw);
  Tensor result;
  int begin = 0;
  for (const ActionPart& part : parts) {
    const Tensor mapped = map_part(part, begin, slice(raw, begin, begin + part.size()));
    const Tensor pair[] = {begin == 0 ? mapped : result, mapped};
    result = begin == 0 ? mapped : concat<float>(pair);
    begin += part.size();
  }
  return result;
}

void Policy::unmap_action(std::span<const float> command, std::span<float> raw) const {
  constexpr float nearest = 0.999f;  // closest to a limit of tanh
  size_t i = 0;
  for (const ActionPart& part : spec_.actions.parts)
    for (int n = part.size(); n > 0; --n, ++i) {
      if (part.is_discrete()) {
        raw[i] = command[i];
        continue;
      }
      const float within = std::clamp(command[i], low_[i], high_[i]);
      const float unit = 2 * (within - low_[i]) / (high_[i] - low_[i]) - 1;
      raw[i] = config_.action_map == "clip"   ? within
               : config_.action_map == "tanh" ? std::atanh(std::clamp(unit, -nearest, nearest))
                                              : unit;
    }
}

Tensor Policy::command(const Observations& normalized, Sequence& sequence) const {
  const ActionDistribution<float> actions = actor_(normalized, sequence);
  sequence.next_state();
  return map_action(actions.mode());
}

std::string weights_hash(const std::vector<const Parameters*>& sets) {
  std::vector<const Parameter*> sorted;
  for (const Parameters* set : sets)
    for (const Parameter& parameter : set->list()) sorted.push_back(&parameter);
  std::ranges::sort(sorted, {}, &Parameter::name);
  Sha256 hash;
  for (const Parameter* parameter : sorted) hash.update(parameter->values().data(), parameter->values().size_bytes());
  return hash.hex_digest();
}

Policy::operator ControllerFactory() const {
  return [this] { return std::make_unique<PolicyRunner>(*this); };
}

std::vector<bool> Policy::acts_on() const {
  std::vector<bool> needed;
  for (const SensorSpec& sensor : spec_.sensors) needed.push_back(config_.encoder(sensor.name).used_by != "critic");
  return needed;
}

// The tape reads `state` in place, before the next state is copied there.
Sequence PolicyRunner::sequence(int rows, std::span<const float> state, std::span<const uint8_t> reset_mask) {
  assert((!state.empty() || policy_.state_size() == 0) && "a policy that remembers acts with its state");
  if (state.empty()) return {};
  return {tape_.view({rows, static_cast<int>(state.size()) / rows}, state.data(), "state"), reset_mask};
}

void PolicyRunner::act(const ObservationRows& observations, std::span<float> state, std::span<const uint8_t> reset_mask,
                       std::span<float> actions) {
  tape_.rewind();
  Sequence steps = sequence(observations.rows, state, reset_mask);
  const Tensor command = policy_.command(policy_.observe(tape_, observations), steps);
  std::ranges::copy(command.values(), actions.begin());
  if (!state.empty()) std::ranges::copy(steps.next_state().values(), state.begin());
}

void PolicyRunner::act(std::span<const float> observations, std::span<float> state, std::span<const uint8_t> reset_mask,
                       std::span<float> actions) {
  const int rows = static_cast<int>(observations.size()) / policy_.observation_size();
  act({.rows = rows, .numbers = observations.data()}, state, reset_mask, actions);
}

}  // namespace sinew

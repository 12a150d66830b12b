#include "nets/policy.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/safe_file.h"
#include "core/state_archive.h"
#include "nets/ops.h"

namespace sinew {
namespace {

bool normalizes(const NetworkConfig& config, const std::string& sensor) {
  const auto entry = std::ranges::find(config.encoders, sensor, &std::pair<std::string, EncoderConfig>::first);
  return entry == config.encoders.end() ? EncoderConfig{}.normalize : entry->second.normalize;
}

}  // namespace

Policy::Policy(InterfaceSpec spec, NetworkConfig config, const LayerTable<float>& layers, const Rng& rng)
    : spec_(std::move(spec)),
      config_(std::move(config)),
      network_(spec_, config_, layers, rng),
      observation_size_(spec_.observation_size()) {
  for (const SensorSpec& sensor : spec_.sensors) {
    normalizers_.emplace_back(normalizes(config_, sensor.name) ? sensor.size() : 0);
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
  archive("parameters", network_.parameters().values());
  archive("normalizers", std::span(normalizers_));
  if (archive.restoring()) network_.parameters().touch();
}

void Policy::update_normalizers(std::span<const float> observations) {
  const size_t width = observation_size();
  size_t begin = 0;
  for (size_t s = 0; s < normalizers_.size(); ++s) {
    const size_t n = spec_.sensors[s].size();
    if (normalizers_[s].size() > 0) {
      if (n == width) {
        normalizers_[s].update(observations);
      } else {
        std::vector<float> own;
        for (size_t row = 0; row < observations.size(); row += width)
          own.insert(own.end(), observations.begin() + row + begin, observations.begin() + row + begin + n);
        normalizers_[s].update(own);
      }
    }
    begin += n;
  }
}

Tensor Policy::normalize(Tensor observations) const {
  Tape& tape = observations.tape();
  const auto standardized = [&](size_t s, Tensor x) {
    const Normalizer& normalizer = normalizers_[s];
    if (normalizer.size() == 0) return x;
    return standardize(x, tape.view({normalizer.size()}, normalizer.mean().data(), normalizer_labels_[2 * s].c_str()),
                       tape.view({normalizer.size()}, normalizer.scale().data(), normalizer_labels_[2 * s + 1].c_str()),
                       Normalizer::limit);
  };
  if (normalizers_.size() == 1) return standardized(0, observations);
  Tensor result = standardized(0, slice(observations, 0, spec_.sensors[0].size()));
  int begin = spec_.sensors[0].size();
  for (size_t s = 1; s < normalizers_.size(); ++s) {
    const int end = begin + spec_.sensors[s].size();
    const Tensor pair[] = {result, standardized(s, slice(observations, begin, end))};
    result = concat<float>(pair);
    begin = end;
  }
  return result;
}

// `raw` holds this part's columns alone.
Tensor Policy::map_part(const ActionPart& part, int begin, Tensor raw) const {
  if (part.is_discrete()) return raw;
  const auto limits = [&](const std::vector<float>& all, const char* label) {
    const Tensor row = raw.tape().view({action_size()}, all.data(), label);  // whole, as a trace's reader has it
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

Tensor Policy::command(Tensor normalized) const { return map_action(network_.actor(normalized).mode()); }

std::string Policy::weights_hash() const {
  const auto& list = network_.parameters().list();
  std::vector<const Parameter*> sorted;
  for (const Parameter& parameter : list) sorted.push_back(&parameter);
  std::ranges::sort(sorted, {}, &Parameter::name);
  Sha256 hash;
  for (const Parameter* parameter : sorted) hash.update(parameter->values().data(), parameter->values().size_bytes());
  return hash.hex_digest();
}

void PolicyRunner::act(std::span<const float> observations, std::span<float>, std::span<const uint8_t>,
                       std::span<float> actions) {
  tape_.rewind();
  const int width = policy_.observation_size(), rows = static_cast<int>(observations.size()) / width;
  const Tensor command = policy_.command(policy_.normalize(tape_.view({rows, width}, observations.data())));
  std::ranges::copy(command.values(), actions.begin());
}

void PolicyRunner::sample(std::span<const float> observations, std::span<float>, std::span<const uint8_t>,
                          std::span<Rng> rngs, const Sample& out, std::span<float> actions) {
  tape_.rewind();
  const int width = policy_.observation_size(), rows = static_cast<int>(observations.size()) / width;
  const Tensor normalized = policy_.normalize(tape_.view({rows, width}, observations.data()));
  std::ranges::copy(normalized.values(), out.normalized.begin());
  policy_.network().actor(normalized).sample(rngs, out.raw, out.log_prob);
  const Tensor command = policy_.map_action(tape_.view({rows, policy_.action_size()}, out.raw.data()));
  std::ranges::copy(command.values(), actions.begin());
}

void PolicyRunner::values(std::span<const float> normalized, std::span<float> values) {
  tape_.rewind();
  const int width = policy_.observation_size(), rows = static_cast<int>(normalized.size()) / width;
  const Tensor result = policy_.network().critic(tape_.view({rows, width}, normalized.data()));
  std::ranges::copy(result.values(), values.begin());
}

}  // namespace sinew

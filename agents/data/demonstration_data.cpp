#include "agents/data/demonstration_data.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "agents/data/rollout.h"
#include "core/memory.h"
#include "core/safe_file.h"

namespace sinew {
namespace {

// The offset of a sensor's numbers, or bytes, in a row of its kind.
size_t place_of(const std::string& name, const InterfaceSpec& spec) {
  size_t numbers = 0, bytes = 0;
  for (const SensorSpec& sensor : spec.sensors) {
    if (sensor.name == name) return sensor.is_image() ? bytes : numbers;
    (sensor.is_image() ? bytes : numbers) += static_cast<size_t>(sensor.size());
  }
  return 0;
}

const SensorSpec* find(const InterfaceSpec& spec, const std::string& name) {
  const auto sensor = std::ranges::find(spec.sensors, name, &SensorSpec::name);
  return sensor == spec.sensors.end() ? nullptr : &*sensor;
}

SensorSpec single_frame(SensorSpec sensor) {
  if (sensor.is_image()) sensor.shape[2] /= sensor.frames;
  sensor.frames = 1;
  return sensor;
}

std::vector<std::string> labels_of(const ActionSpec& actions) {
  std::vector<std::string> labels;
  for (const ActionPart& part : actions.parts) labels.insert(labels.end(), part.labels.begin(), part.labels.end());
  return labels;
}

void check_actions(const ActionSpec& shown, const ActionSpec& wanted) {
  if (shown.size() != wanted.size()) fail("they have {} actions, the task {}", shown.size(), wanted.size());
  const std::vector<std::string> theirs = labels_of(shown), ours = labels_of(wanted);
  if (theirs.size() == ours.size())
    for (size_t i = 0; i < ours.size(); ++i)
      if (!theirs[i].empty() && ours[i] != theirs[i])
        fail("action {} is '{}' in them, '{}' in the task", i + 1, theirs[i], ours[i]);
  if (shown.rate > 0 && wanted.rate > 0 && std::abs(shown.rate - wanted.rate) > 1e-6 * wanted.rate)
    fail("they were made at {} Hz, the task acts at {} Hz", shown.rate, wanted.rate);
}

// Compares names, shapes and units of each sensor that the policy acts on, and of the actions.
void check_fits(const Demonstrations& set, const Policy& policy) {
  const std::vector<bool> needed = policy.acts_on();
  for (size_t s = 0; s < needed.size(); ++s) {
    const SensorSpec wanted = single_frame(policy.spec().sensors[s]);
    const SensorSpec* shown = find(set.spec, wanted.name);
    if (!shown && needed[s]) fail("they have no sensor '{}', on which the policy acts", wanted.name);
    if (!shown) continue;
    if (const std::string text = first_difference({{wanted}, {}}, {{*shown}, {}}, "the set"); !text.empty())
      fail("{}", text);
  }
  check_actions(set.spec.actions, policy.spec().actions);
}

std::vector<DemonstrationData::Episode> episodes_of(const Demonstrations& set) {
  std::vector<DemonstrationData::Episode> episodes;
  for (int row = 0; row < set.rows; ++row) {
    if (set.starts[row]) episodes.push_back({row, row});
    episodes.back().end = row + 1;
  }
  return episodes;
}

// Expands each folder to the files in it.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code none;
    if (!fs::is_directory(path, none)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".safetensors") inside.push_back(entry.path().string());
    if (inside.empty()) fail("there are no demonstrations, *.safetensors, in the folder '{}'", path);
    std::ranges::sort(inside);
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

// An episode of one of the sets.
struct Shown {
  size_t set;
  DemonstrationData::Episode rows;
};

// Moves the held-out episodes to the end; returns the index of the first.
size_t hold_out(std::vector<Shown>& episodes, double share, Rng random) {
  const auto rows_of = [](const Shown& one) { return one.rows.length(); };
  int64_t rows = 0;
  for (const Shown& one : episodes) rows += rows_of(one);
  const int64_t wanted = std::llround(share * static_cast<double>(rows));
  if (wanted == 0) return episodes.size();
  if (episodes.size() == 1) {
    const auto [set, all] = episodes[0];
    const int cut = all.end - static_cast<int>(wanted);
    episodes = {{set, {all.begin, cut}}, {set, {cut, all.end}}};
    return 1;
  }
  std::vector<size_t> order(episodes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  shuffle(order, random);
  std::vector<bool> is_held_out(episodes.size());
  int64_t held_out = 0;
  for (size_t i = 0; i + 1 < order.size() && held_out < wanted; ++i) {
    is_held_out[order[i]] = true;
    held_out += rows_of(episodes[order[i]]);
  }
  std::vector<Shown> sorted;
  for (const bool which : {false, true})
    for (size_t i = 0; i < episodes.size(); ++i)
      if (is_held_out[i] == which) sorted.push_back(episodes[i]);
  episodes = std::move(sorted);
  return static_cast<size_t>(std::ranges::count(is_held_out, false));
}

}  // namespace

DemonstrationData::DemonstrationData(const std::vector<std::string>& paths, const Policy& policy, double held_out,
                                     Rng random)
    : width_(static_cast<size_t>(policy.observation_size())),
      n_(static_cast<size_t>(policy.action_size())),
      stack_(static_cast<size_t>(policy.image_size())) {
  std::vector<Demonstrations> sets;
  std::vector<Shown> episodes;
  int rows = 0;
  for (const std::string& path : files_of(paths)) {
    const Demonstrations& set = sets.emplace_back(load_demonstrations(path));
    with_context(fmt::format("the demonstrations '{}'", path), [&] { check_fits(set, policy); });
    for (const Episode& episode : episodes_of(set)) episodes.push_back({sets.size() - 1, episode});
    rows += set.rows;
  }
  for (const ActionPart& part : policy.spec().actions.parts)
    for (int i = 0; i < part.size(); ++i) {
      const double half = part.is_discrete() ? 0 : (part.high[i] - part.low[i]) / 2;
      half_range_.push_back(std::isfinite(half) ? half : 1);
    }
  for (const SensorSpec& sensor : policy.spec().sensors)
    recorded_.push_back(std::ranges::all_of(sets, [&](const auto& set) { return find(set.spec, sensor.name); }));
  check_memory(fmt::format("{} steps of demonstrations", rows),
               static_cast<double>(rows) * static_cast<double>(4 * (width_ + 2 * n_) + stack_.size()));
  frames_ = std::make_unique<FrameStore>(policy.spec(), 1, rows);
  const size_t first_held_out = hold_out(episodes, held_out, random);
  for (size_t i = 0; i < episodes.size(); ++i) {
    const int begin = this->rows();
    add(sets[episodes[i].set], episodes[i].rows, policy);
    (i < first_held_out ? training_ : validation_).push_back({begin, this->rows()});
  }
  training_rows_ = training_.back().end;
  compute_fingerprint();
}

void DemonstrationData::add(const Demonstrations& set, const Episode& episode, const Policy& policy) {
  const size_t their_width = static_cast<size_t>(set.spec.observation_size());
  for (int row = episode.begin; row < episode.end; ++row) {
    const size_t begin = numbers_.size();
    numbers_.resize(begin + width_);
    for (const SensorSpec& sensor : policy.spec().sensors)
      if (!sensor.is_image() && find(set.spec, sensor.name))
        std::copy_n(set.numbers.begin() + row * their_width + place_of(sensor.name, set.spec), sensor.size(),
                    numbers_.begin() + begin + place_of(sensor.name, policy.spec()));
    add_frames(set, row, row - episode.begin, policy);
    add_actions(set, row, policy);
    starts_.push_back(row == episode.begin);
  }
}

void DemonstrationData::add_frames(const Demonstrations& set, int row, int age, const Policy& policy) {
  if (stack_.empty()) return;
  const size_t their_width = static_cast<size_t>(set.spec.image_size());
  for (const SensorSpec& sensor : policy.spec().sensors) {
    if (!sensor.is_image() || !find(set.spec, sensor.name)) continue;
    const ImageStack stack(sensor);
    const std::span<const uint8_t> frame =
        std::span(set.images).subspan(row * their_width + place_of(sensor.name, set.spec), stack.frame_size());
    const std::span<uint8_t> own = std::span(stack_).subspan(place_of(sensor.name, policy.spec()), stack.size());
    age == 0 ? stack.fill(own, frame) : stack.push(own, frame);
  }
  frames_->add(0, rows(), stack_.data(), age);
}

void DemonstrationData::add_actions(const Demonstrations& set, int row, const Policy& policy) {
  const size_t begin = commands_.size();
  const auto from = set.actions.begin() + row * static_cast<std::ptrdiff_t>(n_);
  commands_.insert(commands_.end(), from, from + static_cast<std::ptrdiff_t>(n_));
  raw_.resize(begin + n_);
  size_t i = begin;
  for (const ActionPart& part : policy.spec().actions.parts)
    for (int k = 0; k < part.size(); ++k, ++i) {
      float& command = commands_[i];
      if (part.is_discrete()) {
        if (command != std::round(command) || command < 0 || command >= static_cast<float>(part.choices[k]))
          fail("the demonstrations have {} where '{}' is a choice out of {}", command, part.name, part.choices[k]);
        continue;
      }
      const float within = std::clamp(command, static_cast<float>(part.low[k]), static_cast<float>(part.high[k]));
      limited_ += within != command;
      command = within;
    }
  policy.unmap_action({&commands_[begin], n_}, {&raw_[begin], n_});
}

double DemonstrationData::action_error(int row, std::span<const float> command) const {
  const std::span<const float> shown = this->command(row);
  double sum = 0;
  for (size_t i = 0; i < n_; ++i) {
    const double difference = std::abs(static_cast<double>(command[i]) - static_cast<double>(shown[i]));
    sum += half_range_[i] == 0 ? (difference > 0 ? 1 : 0) : difference / half_range_[i];
  }
  return sum / static_cast<double>(n_);
}

void DemonstrationData::fill_normalizers(Policy& policy) const {
  policy.update_normalizers(std::span(numbers_).first(static_cast<size_t>(training_rows_) * width_));
  update_image_normalizers(policy, *frames_, training_rows_);
  for (size_t s = 0; s < recorded_.size(); ++s)
    if (!recorded_[s]) policy.normalizers()[s] = Normalizer(policy.normalizers()[s].size());
}

void DemonstrationData::compute_fingerprint() {
  Sha256 hash;
  const auto add = [&hash](const auto& values) { hash.update(values.data(), values.size() * sizeof values[0]); };
  add(numbers_);
  add(raw_);
  add(starts_);
  std::vector<uint8_t> images(stack_.size());
  for (int row = 0; row < rows() && !images.empty(); ++row) {
    copy_images(row, images.data());
    add(images);
  }
  fingerprint_ = hash.hex_digest();
}

}  // namespace sinew

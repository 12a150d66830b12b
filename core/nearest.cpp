// Finds the intended name: the one mechanism behind every "did you mean".
#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <compare>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"

namespace sinew {
namespace {

// Normalises for typos: case makes no difference, and all word separators count as one letter.
char folded(char c) {
  return c == '-' || c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

std::string folded(std::string_view text) {
  std::string all;
  for (const char c : text) all += folded(c);
  return all;
}

// Damerau's distance: letters inserted, deleted, substituted, or swapped with their neighbour.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j - 1] + (a[i - 1] != b[j - 1]), above[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

// A number is no typo of another: joint_7 does not mean joint_1.
bool other_number(const std::string& a, const std::string& b) {
  const auto digits = [](const std::string& text) {
    std::string all;
    for (const char c : text)
      if (std::isdigit(static_cast<unsigned char>(c))) all += c;
    return all;
  };
  const std::string of_a = digits(a), of_b = digits(b);
  return !of_a.empty() && !of_b.empty() && of_a != of_b;
}

// "hopper_ppo" and "ppo_hopper" are the same words.
bool same_words(const std::string& a, const std::string& b) {
  const auto words = [](const std::string& text) {
    std::vector<std::string> all(1);
    for (const char c : text)
      if (c == '_' || c == '.' || c == '/')
        all.emplace_back();
      else
        all.back() += c;
    std::ranges::sort(all);
    return all;
  };
  return a.size() == b.size() && words(a) == words(b);
}

// The distance of a candidate from the given word, smaller is nearer; nothing where it is no likely typo.
struct Nearness {
  size_t distance, beginning, size;  // edits; trailing letters after the common beginning; size of the candidate
  auto operator<=>(const Nearness&) const = default;
};

std::optional<Nearness> nearness(const std::string& word, const std::string& candidate) {
  constexpr size_t long_enough = 4;  // "lr" begins many names, "learning" few
  const auto begin = std::ranges::mismatch(word, candidate).in1 - word.begin();
  const auto result = [&](size_t distance) {
    return Nearness{distance, word.size() - static_cast<size_t>(begin), candidate.size()};
  };
  if (word == candidate) return result(0);
  if (other_number(word, candidate)) return std::nullopt;
  if (same_words(word, candidate) || (word.size() >= long_enough && candidate.starts_with(word))) return result(1);
  const size_t distance = edit_distance(word, candidate);
  const auto letters = std::ranges::count_if(word, [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; });
  // A single letter, or a word of punctuation alone, would be near to anything.
  const bool likely = letters >= 2 && distance <= std::max<size_t>(1, word.size() / 3);
  return likely ? std::optional(result(distance)) : std::nullopt;
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (std::ranges::find(candidates, word) != candidates.end()) return std::string(word);
  const std::string written = folded(word.substr(0, 64));
  std::string best;
  std::optional<Nearness> best_nearness;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > 2 * written.size() + 64) continue;  // too different, slow to compare
    const std::optional<Nearness> near = nearness(written, folded(candidate));
    if (!near || (best_nearness && *near >= *best_nearness)) continue;
    best = candidate;
    best_nearness = near;
  }
  return best;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  if (const std::string near = nearest(word, candidates); !near.empty())
    return fmt::format("; did you mean '{}'?", near);
  std::vector<std::string> known;
  for (const std::string& candidate : candidates)
    if (std::ranges::find(known, candidate) == known.end()) known.push_back(candidate);
  return known.empty() ? "" : fmt::format("; known: {}", join(known));
}

}  // namespace sinew

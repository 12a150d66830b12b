#pragma once
#include <string>
#include <vector>

#include "core/random.h"

namespace sinew::fuzz {

/// Changes a file at random: bytes, numbers, brackets, lines, pieces of other files. What it does follows
/// from the random stream alone.
class Mutator {
 public:
  Mutator(std::vector<std::string> seeds, std::vector<std::string> words)
      : seeds_(std::move(seeds)), words_(std::move(words)) {}

  /// One of the seeds with one change or several, or bytes that never were a file.
  std::string make_input(Rng& rng) const;
  /// One change, to at most `most` bytes.
  void change(std::string& data, size_t most, Rng& rng) const;
  /// A seed, or "".
  const std::string& any_seed(Rng& rng) const;

 private:
  void change_bytes(std::string& data, Rng& rng) const;
  void change_number(std::string& data, Rng& rng) const;
  void change_line(std::string& data, Rng& rng) const;
  void move_block(std::string& data, Rng& rng) const;
  void nest(std::string& data, Rng& rng) const;
  void insert_word(std::string& data, Rng& rng) const;
  void splice(std::string& data, Rng& rng) const;

  std::vector<std::string> seeds_, words_;
};

}  // namespace sinew::fuzz

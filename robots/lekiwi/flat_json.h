#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sinew {

/// A map of numbers, texts and lists of texts, from a peer's JSON. Read in one pass whose work is in proportion to the
/// bytes and whose memory is bounded by them: what is nested deeper is passed over and not kept.
class FlatJson {
 public:
  struct Value {
    enum class Kind { number, text, texts, other };
    Kind kind = Kind::other;
    double number = 0;
    std::string text;                // of a number, too: as an error quotes it; of another value: what it is
    std::vector<std::string> texts;  // of a list that has texts alone
  };
  struct Bounds {
    size_t bytes = size_t{1} << 16;
    size_t values = 1000;  // and keys, together, wherever they are
    size_t depth = 16;     // of maps and lists in each other
  };

  /// Throws an Error for what is no JSON (NaN and Infinity, which Python writes, are not), no map, or beyond the
  /// bounds.
  FlatJson(std::string_view text, const Bounds& bounds);

  /// In the order in which they came; of a key that came twice both.
  const std::vector<std::pair<std::string, Value>>& entries() const { return entries_; }
  /// The last value of this key, or null.
  const Value* find(std::string_view key) const;

 private:
  std::vector<std::pair<std::string, Value>> entries_;
};

}  // namespace sinew

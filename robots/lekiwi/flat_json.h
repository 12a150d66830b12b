#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sinew {

/// A map of numbers, texts and lists of texts, read from a peer's JSON. Parsing is one pass. Its time is proportional
/// to the number of bytes, and its memory is bounded by it. Deeper nesting is skipped and not kept.
class FlatJson {
 public:
  struct Value {
    enum class Kind { number, text, texts, other };
    Kind kind = Kind::other;
    double number = 0;
    std::string text;                // a number's text, too, for error messages; for other values, a description
    std::vector<std::string> texts;  // of a list that contains only texts
  };
  struct Bounds {
    size_t bytes = size_t{1} << 16;
    size_t values = 1000;  // values and keys together, at any depth
    size_t depth = 16;     // nesting of maps and lists
  };

  /// Throws an Error if the text is not JSON (Python's NaN and Infinity are not), is not a map, or exceeds the bounds.
  FlatJson(std::string_view text, const Bounds& bounds);

  /// In the order of arrival; a repeated key appears twice.
  const std::vector<std::pair<std::string, Value>>& entries() const { return entries_; }
  /// The last value of this key, or null.
  const Value* find(std::string_view key) const;

 private:
  std::vector<std::pair<std::string, Value>> entries_;
};

}  // namespace sinew

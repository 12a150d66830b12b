#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace sinew {

/// A YAML text, some of whose lines are optional: an optional line appears as a comment, and only if the text remains
/// valid when that line is uncommented. So no line is suggested that does not work for this model.
class StarterDraft {
 public:
  void say(const std::string& line);
  /// A key whose map contains only the optional lines that follow: "terminate".
  void say_empty(const std::string& key);
  void offer(const std::string& indent, const std::string& line);

  /// The text without optional lines.
  std::string plain() const { return render({}, nullptr); }
  /// The text with the optional lines that pass `is_good`, which is called with the text in which that one line is
  /// active.
  std::string finish(const std::function<bool(const std::string&)>& is_good) const;

 private:
  enum class Kind { said, empty, offered };
  struct Line {
    Kind kind;
    std::string indent, text;
    size_t under;  // for an offer, the index of the last line that is not one
  };
  using Offers = std::vector<const Line*>;
  /// The text with these offers as comments, and with `taken`, if not null, as an active line.
  std::string render(const Offers& shown, const Line* taken) const;

  std::vector<Line> lines_;
  size_t last_said_ = 0;
};

}  // namespace sinew

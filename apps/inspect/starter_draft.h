#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace sinew {

/// A YAML text of lines, some of which are offered only: they stand in it as comments, if the text is
/// still good with the comment sign taken away. Nobody is offered what does not work for this model.
class StarterDraft {
 public:
  void say(const std::string& line);
  /// A key whose map has nothing in it but what is offered next: "terminate".
  void say_empty(const std::string& key);
  void offer(const std::string& indent, const std::string& line);

  /// The text without offers.
  std::string plain() const { return render({}, nullptr); }
  /// The text with the offers that `is_good` finds good: it is asked of the text with one taken up.
  std::string finish(const std::function<bool(const std::string&)>& is_good) const;

 private:
  enum class Kind { said, empty, offered };
  struct Line {
    Kind kind;
    std::string indent, text;
    size_t under;  // of an offer, the index of the last line that is none
  };
  using Offers = std::vector<const Line*>;
  /// With these offers as comments, and `taken`, if any, as a line.
  std::string render(const Offers& shown, const Line* taken) const;

  std::vector<Line> lines_;
  size_t last_said_ = 0;
};

}  // namespace sinew

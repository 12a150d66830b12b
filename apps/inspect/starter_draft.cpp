#include "apps/inspect/starter_draft.h"

#include <algorithm>

namespace sinew {

void StarterDraft::say(const std::string& line) {
  last_said_ = lines_.size();
  lines_.push_back({Kind::said, "", line, 0});
}

void StarterDraft::say_empty(const std::string& key) {
  last_said_ = lines_.size();
  lines_.push_back({Kind::empty, "", key, 0});
}

void StarterDraft::offer(const std::string& indent, const std::string& line) {
  lines_.push_back({Kind::offered, indent, line, last_said_});
}

std::string StarterDraft::render(const Offers& shown, const Line* taken) const {
  std::string text;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    const bool is_shown = std::ranges::find(shown, &line) != shown.end();
    switch (line.kind) {
      case Kind::said: text += line.text + '\n'; break;
      case Kind::empty:
        if (taken && taken->under == i)
          text += line.text + ":\n";
        else if (std::ranges::any_of(shown, [i](const Line* offer) { return offer->under == i; }))
          text += line.text + ": {}  # remove the {} when you remove the # of a line below\n";
        else
          text += line.text + ": {}\n";
        break;
      case Kind::offered:
        if (is_shown || &line == taken) text += line.indent + (is_shown ? "# " : "") + line.text + '\n';
    }
  }
  return text;
}

std::string StarterDraft::finish(const std::function<bool(const std::string&)>& is_good) const {
  Offers good;
  for (const Line& line : lines_)
    if (line.kind == Kind::offered && is_good(render({}, &line))) good.push_back(&line);
  return render(good, nullptr);
}

}  // namespace sinew

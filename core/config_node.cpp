#include "core/config_node.h"

#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string_view>

#include "core/text.h"

namespace sinew {
namespace {

constexpr size_t max_key_depth = 64;  // of an assignment; the same as for a file

// Decimal, as in YAML 1.2's core schema, and "+1.5e3" as people write it. 0x1f and 0o17 are refused: none of our
// numbers is an address or a mask, so such a number is a typo.
bool parse_number(const std::string& text, double& value) {
  const char* begin = text.data() + (text.starts_with('+') && !text.starts_with("+-") ? 1 : 0);
  const char* end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(begin, end, value);
  if (code == std::errc() && stop == end && std::isfinite(value)) return true;
  const std::string_view unsigned_text = std::string_view(text).substr(text.starts_with('-') || text.starts_with('+'));
  if (unsigned_text != ".inf" && unsigned_text != ".Inf" && unsigned_text != ".INF") return false;
  value = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  return true;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// The boolean that a word means in YAML 1.1, Python and others, as it is written here; "": none.
std::string meant_boolean(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (is_one_of(word, {"yes", "on", "y", "1", "true"})) return "true";
  return is_one_of(word, {"no", "off", "n", "0", "false"}) ? "false" : "";
}

}  // namespace

ConfigNode ConfigNode::scalar(std::string text, bool quoted) {
  ConfigNode node;
  node.kind_ = Kind::scalar;
  node.scalar_ = std::move(text);
  node.quoted_ = quoted;
  return node;
}

ConfigNode ConfigNode::list(std::vector<ConfigNode> items) {
  ConfigNode node;
  node.kind_ = Kind::list;
  node.items_ = std::move(items);
  node.set_paths(nullptr);
  return node;
}

ConfigNode ConfigNode::map(std::vector<Entry> entries) {
  ConfigNode node;
  node.kind_ = Kind::map;
  node.entries_ = std::move(entries);
  node.set_paths(nullptr);
  return node;
}

const char* ConfigNode::kind_name() const {
  switch (kind_) {
    case Kind::null: return "nothing";
    case Kind::scalar: return "a single value";
    case Kind::list: return "a list";
    case Kind::map: return "a map";
  }
  return "";
}

std::string ConfigNode::text_of(Place place) const {
  if (place.line > 0) return fmt::format("{}:{}:{}", file(), place.line, place.column);
  return file().empty() ? "config" : file();
}

std::string ConfigNode::where() const { return text_of(place_); }
std::string ConfigNode::where_of_key() const { return text_of(key_place_.line > 0 ? key_place_ : place_); }

std::string ConfigNode::path() const {
  std::string path;
  for (const Step* step = path_.get(); step; step = step->parent.get())
    path = shortened(step->key) + (path.empty() ? "" : "." + path);
  return path;
}

Error ConfigNode::error(const std::string& message) const {
  return Error(path_ ? fmt::format("{}: {}: {}", where(), path(), message) : fmt::format("{}: {}", where(), message));
}

const std::string& ConfigNode::text() const {
  if (kind_ != Kind::scalar) throw error(fmt::format("a single value is expected, not {}", kind_name()));
  return scalar_;
}

Error ConfigNode::is_not(const char* what, const std::string& advice) const {
  return error(fmt::format("'{}' is not {}{}{}", shortened(text()), what,
                           quoted_ ? ", because the quotes make it text" : "", advice));
}

double ConfigNode::number() const {
  const double value = number_or_infinity();
  if (std::isinf(value)) throw error(fmt::format("{} is not finite; a finite number is needed", shortened(text())));
  return value;
}

double ConfigNode::number_or_infinity() const {
  double value = 0;
  if (quoted_ || !parse_number(text(), value)) throw is_not("a number");
  return value;
}

int64_t ConfigNode::integer() const {
  constexpr double exact = 1LL << 53;  // up to here a double holds every whole number
  int64_t value = 0;
  const std::string& s = text();
  const auto [stop, code] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (!quoted_ && code == std::errc() && stop == s.data() + s.size()) return value;
  double real = 0;
  if (quoted_ || !parse_number(s, real) || real != std::floor(real)) throw is_not("a whole number");
  if (std::abs(real) > exact) throw error(fmt::format("{} does not fit a whole number", shortened(s)));
  return static_cast<int64_t>(real);
}

bool ConfigNode::boolean() const {
  if (!quoted_ && is_one_of(text(), {"true", "True", "TRUE"})) return true;
  if (!quoted_ && is_one_of(text(), {"false", "False", "FALSE"})) return false;
  const std::string meant = meant_boolean(text());
  throw is_not("true or false", meant.empty() ? "" : fmt::format("; write {}", meant));
}

const std::vector<ConfigNode>& ConfigNode::items() const {
  if (kind_ != Kind::list) throw error(fmt::format("a list is expected, not {}", kind_name()));
  return items_;
}

std::vector<ConfigNode> ConfigNode::items_or_one() const {
  return is_scalar() ? std::vector<ConfigNode>{*this} : items();
}

const std::vector<ConfigNode::Entry>& ConfigNode::entries() const {
  if (kind_ != Kind::map) throw error(fmt::format("a map (key: value) is expected, not {}", kind_name()));
  return entries_;
}

const ConfigNode* ConfigNode::find(std::string_view key) const {
  for (const Entry& entry : entries())
    if (entry.first == key) return &entry.second;
  return nullptr;
}

const ConfigNode::Entry& ConfigNode::single_entry() const {
  if (entries().size() == 1) return entries_[0];
  std::vector<std::string> keys;
  for (const Entry& entry : entries_) keys.push_back("'" + shortened(entry.first, 40) + "'");
  const std::string what = fmt::format("one entry is expected, not {}", keys.size());
  if (keys.size() < 2) throw error(what);
  throw Error(fmt::format("{}: {}: {}: {}; indent what belongs to {} further, or put it into its {{…}}",
                          entries_[1].second.where_of_key(), path(), what, shortened(join(keys)), keys[0]));
}

void ConfigNode::set(std::string key, ConfigNode value) {
  if (kind_ == Kind::null) kind_ = Kind::map;
  entries();
  value.set_paths(child_of(path_, key));
  for (Entry& entry : entries_)
    if (entry.first == key) {
      entry.second = std::move(value);
      return;
    }
  entries_.emplace_back(std::move(key), std::move(value));
}

void ConfigNode::append(ConfigNode item) {
  item.set_paths(child_of(path_, std::to_string(items_.size())));
  items_.push_back(std::move(item));
}

void ConfigNode::remove(std::string_view key) {
  entries();
  std::erase_if(entries_, [key](const Entry& entry) { return entry.first == key; });
}

void ConfigNode::assign(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    fail("--set {}: write it as key=value, for example --set algorithm.gamma=0.98", shortened(assignment));
  const std::string source = "--set " + shortened(assignment);
  ConfigNode value = parse_text(assignment.substr(equals + 1), source);
  value.forget_lines();
  ConfigNode* node = this;
  std::string rest = assignment.substr(0, equals);
  if (static_cast<size_t>(std::ranges::count(rest, '.')) >= max_key_depth)
    fail("{}: nested more than {} deep", source, max_key_depth);
  while (true) {
    const size_t dot = rest.find('.');
    const std::string key = rest.substr(0, dot);
    ConfigNode* child = nullptr;
    if (node->kind_ == Kind::list) {
      size_t index = 0;
      const auto [stop, code] = std::from_chars(key.data(), key.data() + key.size(), index);
      if (code != std::errc() || stop != key.data() + key.size() || index >= node->items_.size())
        fail("{}: '{}' is a list of {}; '{}' is not an index of it", source, node->path(), node->items_.size(),
             shortened(key));
      child = &node->items_[index];
    } else {
      if (key.empty()) fail("{}: a key is missing beside a dot", source);
      if (node->is_scalar()) fail("{}: '{}' has no keys inside it", source, node->path());
      if (node->is_null() || !node->find(key)) {
        ConfigNode made;
        made.source_ = value.source_;
        node->set(key, std::move(made));
      }
      for (Entry& entry : node->entries_)
        if (entry.first == key) child = &entry.second;
    }
    if (dot == std::string::npos) {
      const Path path = child->path_;
      *child = std::move(value);
      child->set_paths(path);
      return;
    }
    node = child;
    rest = rest.substr(dot + 1);
  }
}

void ConfigNode::set_paths(const Path& path) {
  path_ = path;
  for (size_t i = 0; i < items_.size(); ++i) items_[i].set_paths(child_of(path, std::to_string(i)));
  for (Entry& entry : entries_) entry.second.set_paths(child_of(path, entry.first));
}

void ConfigNode::forget_lines() {
  place_ = key_place_ = {};
  for (ConfigNode& item : items_) item.forget_lines();
  for (Entry& entry : entries_) entry.second.forget_lines();
}

namespace {

bool is_leaf(const ConfigNode& node) { return node.is_scalar() || node.is_null(); }

// Whether it is short enough for one line: leaves, or a list or map of few leaves, with one level more for lists of
// layers such as [{linear: 64}, tanh].
bool fits_a_line(const ConfigNode& node, int depth = 2) {
  if (is_leaf(node)) return true;
  if (depth == 0) return false;
  if (node.is_list()) {
    for (const ConfigNode& item : node.items())
      if (!fits_a_line(item, depth - 1)) return false;
    return node.items().size() <= 32;
  }
  for (const auto& entry : node.entries())
    if (!is_leaf(entry.second)) return false;
  return node.entries().size() <= 2;
}

// yaml-cpp writes text as plain that begins like a document marker or is a merge key, and then reads it back as one.
bool looks_like_a_marker(const std::string& text) {
  return text.starts_with("---") || text.starts_with("...") || text == "<<";
}

void emit_text(YAML::Emitter& out, const std::string& text, bool quoted) {
  if (quoted || looks_like_a_marker(text)) out << YAML::DoubleQuoted;
  out << text;
}

void emit(YAML::Emitter& out, const ConfigNode& node, bool root) {
  if (node.is_null()) {
    out << YAML::Null;
  } else if (node.is_scalar()) {
    emit_text(out, node.text(), node.is_quoted());
  } else if (node.is_list()) {
    out << (fits_a_line(node) ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const ConfigNode& item : node.items()) emit(out, item, false);
    out << YAML::EndSeq;
  } else {
    out << (!root && fits_a_line(node, 1) ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& [key, value] : node.entries()) {
      out << YAML::Key;
      emit_text(out, key, false);
      out << YAML::Value;
      emit(out, value, false);
    }
    out << YAML::EndMap;
  }
}

}  // namespace

std::string ConfigNode::to_yaml() const {
  YAML::Emitter out;
  emit(out, *this, true);
  return std::string(out.c_str(), out.size()) + "\n";
}

}  // namespace sinew

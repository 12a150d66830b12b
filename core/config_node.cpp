#include "core/config_node.h"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <sstream>

#include "core/safe_file.h"

namespace sinew {
namespace {

constexpr size_t max_bytes = 1 << 20;
constexpr size_t max_depth = 64;

std::string child_path(const std::string& parent, const std::string& key) {
  return parent.empty() ? key : parent + "." + key;
}

bool parse_number(const std::string& text, double& value) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  const auto [stop, code] = std::from_chars(begin, end, value);
  if (code == std::errc() && stop == end && std::isfinite(value)) return true;
  if (text == ".inf" || text == "-.inf") {
    value = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
    return true;
  }
  return false;
}

}  // namespace

/// Builds the tree from yaml-cpp's events: they carry the marks, and repeated keys are still there.
class ConfigBuilder : public YAML::EventHandler {
 public:
  explicit ConfigBuilder(std::string file) : file_(std::move(file)) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add(make(mark, ConfigNode::Kind::null)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw make(mark, ConfigNode::Kind::null).error("YAML aliases (*name) are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    ConfigNode node = make(mark, ConfigNode::Kind::scalar);
    node.scalar_ = value;
    node.quoted_ = tag == "!";
    // yaml-cpp reports some empty values as plain empty scalars.
    if (!node.quoted_ && (value == "null" || value == "~")) node.kind_ = ConfigNode::Kind::null;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(make(mark, ConfigNode::Kind::list));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(make(mark, ConfigNode::Kind::map));
  }
  void OnMapEnd() override { close(); }

  ConfigNode take() {
    root_.file_ = file_;
    root_.set_paths("");
    return std::move(root_);
  }

 private:
  struct Level {
    ConfigNode node;
    bool has_key = false;
    std::string key;
  };

  ConfigNode make(const YAML::Mark& mark, ConfigNode::Kind kind) const {
    ConfigNode node;
    node.kind_ = kind;
    node.file_ = file_;
    node.line_ = mark.line + 1;
    node.column_ = mark.column + 1;
    return node;
  }
  void open(ConfigNode node) {
    if (levels_.size() >= max_depth) throw node.error(fmt::format("nested more than {} deep", max_depth));
    levels_.push_back({std::move(node), false, {}});
  }
  void close() {
    ConfigNode node = std::move(levels_.back().node);
    levels_.pop_back();
    add(std::move(node));
  }
  void add(ConfigNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind_ == ConfigNode::Kind::list) {
      level.node.items_.push_back(std::move(node));
    } else if (!level.has_key) {
      if (node.kind_ != ConfigNode::Kind::scalar) throw node.error("a key must be a plain word");
      if (level.node.find(node.scalar_)) throw node.error(fmt::format("the key '{}' is repeated", node.scalar_));
      level.key = node.scalar_;
      level.has_key = true;
    } else {
      level.node.entries_.emplace_back(level.key, std::move(node));
      level.has_key = false;
    }
  }

  std::string file_;
  std::vector<Level> levels_;
  ConfigNode root_;
};

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
  return node;
}

ConfigNode ConfigNode::map(std::vector<Entry> entries) {
  ConfigNode node;
  node.kind_ = Kind::map;
  node.entries_ = std::move(entries);
  return node;
}

ConfigNode ConfigNode::parse_file(const std::string& path) { return parse_text(read_file(path, max_bytes), path); }

ConfigNode ConfigNode::parse_text(const std::string& text, const std::string& file_name) {
  if (text.size() > max_bytes) fail("{}: larger than 1 MiB; this is not a config file", file_name);
  if (text.find('\0') != std::string::npos) fail("{}: contains zero bytes; this is not a YAML file", file_name);
  ConfigBuilder builder(file_name);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    ConfigBuilder rest(file_name);
    if (parser.HandleNextDocument(rest)) fail("{}: holds a second YAML document ('---'); one is read", file_name);
  } catch (const YAML::Exception& error) {
    fail("{}:{}:{}: broken YAML: {}", file_name, error.mark.line + 1, error.mark.column + 1, error.msg);
  }
  return builder.take();
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

std::string ConfigNode::where() const {
  return line_ > 0 ? fmt::format("{}:{}:{}", file_, line_, column_) : file_.empty() ? "config" : file_;
}

Error ConfigNode::error(const std::string& message) const {
  return Error(path_.empty() ? fmt::format("{}: {}", where(), message)
                             : fmt::format("{}: {}: {}", where(), path_, message));
}

const std::string& ConfigNode::text() const {
  if (kind_ != Kind::scalar) throw error(fmt::format("a single value is expected, not {}", kind_name()));
  return scalar_;
}

double ConfigNode::number() const {
  double value = 0;
  if (quoted_ || !parse_number(text(), value)) throw error(fmt::format("'{}' is not a number", text()));
  return value;
}

int64_t ConfigNode::integer() const {
  int64_t value = 0;
  const std::string& s = text();
  const auto [stop, code] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (!quoted_ && code == std::errc() && stop == s.data() + s.size()) return value;
  double real = 0;
  if (quoted_ || !parse_number(s, real) || real != std::floor(real) || std::abs(real) > 9e15)
    throw error(fmt::format("'{}' is not a whole number", s));
  return static_cast<int64_t>(real);
}

bool ConfigNode::boolean() const {
  if (!quoted_ && text() == "true") return true;
  if (!quoted_ && text() == "false") return false;
  throw error(fmt::format("'{}' is neither true nor false", text()));
}

const std::vector<ConfigNode>& ConfigNode::items() const {
  if (kind_ != Kind::list) throw error(fmt::format("a list is expected, not {}", kind_name()));
  return items_;
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
  if (entries().size() != 1) throw error(fmt::format("one entry is expected, not {}", entries_.size()));
  return entries_[0];
}

void ConfigNode::set(std::string key, ConfigNode value) {
  if (kind_ == Kind::null) kind_ = Kind::map;
  entries();
  value.set_paths(child_path(path_, key));
  for (Entry& entry : entries_)
    if (entry.first == key) {
      entry.second = std::move(value);
      return;
    }
  entries_.emplace_back(std::move(key), std::move(value));
}

void ConfigNode::assign(const std::string& assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    fail("--set {}: write it as key=value, for example --set algorithm.gamma=0.98", assignment);
  const std::string source = "--set " + assignment;
  ConfigNode value = parse_text(assignment.substr(equals + 1), source);
  ConfigNode* node = this;
  std::string rest = assignment.substr(0, equals);
  while (true) {
    const size_t dot = rest.find('.');
    const std::string key = rest.substr(0, dot);
    ConfigNode* child = nullptr;
    if (node->kind_ == Kind::list) {
      size_t index = 0;
      const auto [stop, code] = std::from_chars(key.data(), key.data() + key.size(), index);
      if (code != std::errc() || stop != key.data() + key.size() || index >= node->items_.size())
        fail("{}: '{}' is a list of {}; '{}' is no index of it", source, node->path_, node->items_.size(), key);
      child = &node->items_[index];
    } else {
      if (node->is_scalar() || key.empty()) fail("{}: '{}' has no keys inside it", source, node->path_);
      if (node->is_null() || !node->find(key)) node->set(key, ConfigNode());
      for (Entry& entry : node->entries_)
        if (entry.first == key) child = &entry.second;
    }
    if (dot == std::string::npos) {
      const std::string path = child->path_;
      *child = std::move(value);
      child->set_paths(path);
      return;
    }
    node = child;
    rest = rest.substr(dot + 1);
  }
}

void ConfigNode::set_paths(const std::string& path) {
  path_ = path;
  for (size_t i = 0; i < items_.size(); ++i) items_[i].set_paths(child_path(path, std::to_string(i)));
  for (Entry& entry : entries_) entry.second.set_paths(child_path(path, entry.first));
}

namespace {

bool is_leaf(const ConfigNode& node) { return node.is_scalar() || node.is_null(); }

// Short enough for one line: leaves, or a list or map of few leaves, one level more for lists of
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

void emit(YAML::Emitter& out, const ConfigNode& node, bool root) {
  if (node.is_null()) {
    out << YAML::Null;
  } else if (node.is_scalar()) {
    out << node.text();
  } else if (node.is_list()) {
    out << (fits_a_line(node) ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const ConfigNode& item : node.items()) emit(out, item, false);
    out << YAML::EndSeq;
  } else {
    out << (!root && fits_a_line(node, 1) ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& [key, value] : node.entries()) {
      out << YAML::Key << key << YAML::Value;
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

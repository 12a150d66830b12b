#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "core/config_node.h"
#include "core/safe_file.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr size_t max_bytes = 1 << 20;
constexpr size_t max_depth = 64;
constexpr size_t most_repeated_bytes = size_t{64} << 20;

std::string too_deep() { return fmt::format("nested more than {} deep", max_depth); }

// "!!float" for a tag of YAML's core schema.
std::string short_tag(const std::string& tag) {
  constexpr std::string_view core = "tag:yaml.org,2002:";
  return tag.starts_with(core) ? "!!" + tag.substr(core.size()) : tag;
}

// yaml-cpp's message for the broken line; a tab used for indentation is behind many of them.
std::string why_broken(const std::string& text, const YAML::Exception& error) {
  std::istringstream lines(text);
  std::string line;
  for (int i = 0; i <= error.mark.line && std::getline(lines, line);) ++i;
  const size_t indent = line.find_first_not_of(" \t");
  const bool has_tab = line.substr(0, indent).find('\t') != std::string::npos;
  return has_tab ? "a tab indents the line; YAML wants spaces" : "broken YAML: " + error.msg;
}

}  // namespace

/// Builds the tree from yaml-cpp's events: they carry the marks, they still include repeated keys, and a tree that is
/// too deep is refused on the way down, before the parser's recursion can overflow.
class ConfigBuilder : public YAML::EventHandler {
 public:
  ConfigBuilder(const std::string& file, const BaseFolder& folder)
      : source_(std::make_shared<ConfigNode::Source>(ConfigNode::Source{file, folder})) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override {
    // The mark is the parser's position; the user looks for the key, or the list.
    ConfigNode node;
    node.source_ = source_;
    if (!levels_.empty()) {
      node.place_ = levels_.back().place;
    }
    add(std::move(node), anchor);
  }
  void OnAnchor(const YAML::Mark&, const std::string&) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto named = anchors_.find(anchor);
    const ConfigNode here = make(mark, ConfigNode::Kind::null);
    if (named == anchors_.end()) throw here.error("the alias is inside what it names");
    if (levels_.size() + depth_of(named->second) > max_depth) throw here.error(too_deep());
    charge(named->second);
    add(named->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    ConfigNode node = make(mark, ConfigNode::Kind::scalar);
    // A block (|, >) ends in a line break, which is not meant to be part of a word, number or path.
    node.scalar_ = value.substr(0, value.find_last_not_of('\n') + 1);
    if (value.find('\0') != std::string::npos)
      throw node.error(
          fmt::format("'{}' has a zero byte, which would end a name or a path; remove it", shortened(value)));
    give_type(node, tag);
    add(std::move(node), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(make(mark, ConfigNode::Kind::list), tag, "!!seq", anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(make(mark, ConfigNode::Kind::map), tag, "!!map", anchor);
  }
  void OnMapEnd() override { close(); }

  ConfigNode take() {
    root_.source_ = source_;
    root_.set_paths(nullptr);
    return std::move(root_);
  }

 private:
  struct Level {
    ConfigNode node;
    YAML::anchor_t anchor = 0;  // 0: none
    bool has_key = false, is_merge = false;
    std::string key;
    std::unordered_set<std::string> keys;
    std::vector<ConfigNode> merged;  // maps of a merge key
    ConfigNode::Place place;         // of the last key, initially of the node
  };

  ConfigNode make(const YAML::Mark& mark, ConfigNode::Kind kind) const {
    ConfigNode node;
    node.kind_ = kind;
    node.source_ = source_;
    node.place_ = {mark.line + 1, mark.column + 1};
    return node;
  }
  void open(ConfigNode node, const std::string& tag, const char* own_tag, YAML::anchor_t anchor) {
    if (const std::string name = short_tag(tag); name != "" && name != "?" && name != "!" && name != own_tag)
      throw node.error(fmt::format("the YAML tag {} does not fit here; remove it", name));
    if (levels_.size() >= max_depth) throw node.error(too_deep());
    Level& level = levels_.emplace_back();
    level.place = node.place_;
    level.anchor = anchor;
    level.node = std::move(node);
  }
  void close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    merge(level);
    add(std::move(level.node), level.anchor);
  }
  void add(ConfigNode node, YAML::anchor_t anchor = 0) {
    if (anchor != 0) {
      charge(node);
      anchors_.insert_or_assign(anchor, node);
    }
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind_ == ConfigNode::Kind::list) {
      level.node.items_.push_back(std::move(node));
    } else if (!level.has_key) {
      add_key(level, node);
    } else if (level.is_merge) {
      add_merged(level, std::move(node));
      level.has_key = false;
    } else {
      node.key_place_ = level.place;
      level.node.entries_.emplace_back(level.key, std::move(node));
      level.has_key = false;
    }
  }
  static void add_key(Level& level, const ConfigNode& node) {
    if (node.kind_ != ConfigNode::Kind::scalar) throw node.error("a key must be a plain word");
    if (!level.keys.insert(node.scalar_).second)
      throw node.error(fmt::format("the key '{}' is repeated", shortened(node.scalar_)));
    level.key = node.scalar_;
    level.place = node.place_;
    level.has_key = true;
    level.is_merge = node.scalar_ == "<<" && !node.quoted_;
  }

  // Adds the content of a merge key (<<): a map, or a list of maps, of which the first with a given key takes
  // precedence.
  static void add_merged(Level& level, ConfigNode node) {
    std::vector<ConfigNode> maps;
    if (node.is_list())
      maps = std::move(node.items_);
    else
      maps.push_back(std::move(node));
    for (ConfigNode& map : maps) {
      if (!map.is_map()) throw map.error("a merge key (<<) takes a map, the alias of one, or a list of these");
      level.merged.push_back(std::move(map));
    }
  }
  // The merged entries come first; the map's own entry with the same key takes the place of a merged one.
  static void merge(Level& level) {
    if (level.merged.empty()) return;
    std::vector<ConfigNode::Entry> all;
    std::unordered_map<std::string, size_t> places;
    for (ConfigNode& map : level.merged)
      for (ConfigNode::Entry& entry : map.entries_)
        if (places.emplace(entry.first, all.size()).second) all.push_back(std::move(entry));
    for (ConfigNode::Entry& entry : level.node.entries_) {
      const auto [place, is_new] = places.emplace(entry.first, all.size());
      if (is_new)
        all.push_back(std::move(entry));
      else
        all[place->second] = std::move(entry);
    }
    level.node.entries_ = std::move(all);
  }

  // Sets the type: plain or quoted, or the type of a tag from YAML's core schema.
  static void give_type(ConfigNode& node, const std::string& tag) {
    const std::string name = short_tag(tag);
    node.quoted_ = name == "!" || name == "!!str";  // yaml-cpp uses "!" for quotes and blocks
    if (name == "" || name == "?" || node.quoted_) return;
    if (name == "!!bool") {
      node.boolean();
    } else if (name == "!!int" || name == "!!float") {
      if (const double value = node.number_or_infinity(); name == "!!int" && value != std::floor(value))
        throw node.error(fmt::format("'{}' has the tag !!int, but is not a whole number", shortened(node.scalar_)));
    } else if (name == "!!null" && (node.scalar_ == "" || node.scalar_ == "~" || node.scalar_ == "null")) {
      node.kind_ = ConfigNode::Kind::null;
    } else {
      throw node.error(fmt::format("the YAML tag {} does not fit here; remove it", shortened(name)));
    }
  }

  static size_t depth_of(const ConfigNode& node) {
    size_t deepest = 0;
    for (const ConfigNode& item : node.items_) deepest = std::max(deepest, depth_of(item));
    for (const ConfigNode::Entry& entry : node.entries_) deepest = std::max(deepest, depth_of(entry.second));
    return deepest + (node.kind_ == ConfigNode::Kind::list || node.kind_ == ConfigNode::Kind::map);
  }
  // Counts the size of a node that is repeated. Aliases of aliases could expand a small file to terabytes.
  void charge(const ConfigNode& node) {
    repeated_bytes_ += sizeof(ConfigNode) + node.scalar_.size();
    if (repeated_bytes_ > most_repeated_bytes) throw node.error("anchors and aliases repeat more than 64 MiB");
    for (const ConfigNode& item : node.items_) charge(item);
    for (const ConfigNode::Entry& entry : node.entries_) charge(entry.second);
  }

  std::shared_ptr<const ConfigNode::Source> source_;  // the nodes share it
  std::vector<Level> levels_;
  std::unordered_map<YAML::anchor_t, ConfigNode> anchors_;  // the nodes they stand for
  size_t repeated_bytes_ = 0;
  ConfigNode root_;
};

ConfigNode ConfigNode::parse_file(const std::string& path) {
  return parse_text(read_file(path, max_bytes), path, BaseFolder::of_file(path));
}

ConfigNode ConfigNode::parse_text(const std::string& text, const std::string& file_name, const BaseFolder& folder) {
  if (text.size() > max_bytes) fail("{}: larger than 1 MiB; this is not a config file", file_name);
  if (text.find('\0') != std::string::npos) fail("{}: contains zero bytes; this is not a YAML file", file_name);
  if (!is_utf8(text)) fail("{}: is not UTF-8 text; this is not a YAML file", file_name);
  ConfigBuilder builder(file_name, folder);
  try {
    // The end is marked, because yaml-cpp closes an open quote when the text ends after a newline.
    std::istringstream stream(text + (text.ends_with('\n') ? "...\n" : "\n...\n"));
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    ConfigBuilder rest(file_name, folder);
    if (parser.HandleNextDocument(rest)) fail("{}: holds a second YAML document ('---'); only one is read", file_name);
  } catch (const YAML::Exception& error) {
    if (text.find('\n') == std::string::npos) fail("{}: broken YAML: {}", file_name, error.msg);  // one line of text
    fail("{}:{}:{}: {}", file_name, error.mark.line + 1, error.mark.column + 1, why_broken(text, error));
  }
  return builder.take();
}

}  // namespace sinew

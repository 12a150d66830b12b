#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_set>

#include "core/config_node.h"
#include "core/safe_file.h"
#include "core/text.h"

namespace sinew {
namespace {

constexpr size_t max_bytes = 1 << 20;
constexpr size_t max_depth = 64;

}  // namespace

/// Builds the tree from yaml-cpp's events: they carry the marks, repeated keys are still there, and
/// a tree too deep is refused on the way down, before the parser's recursion could overflow.
class ConfigBuilder : public YAML::EventHandler {
 public:
  explicit ConfigBuilder(const std::string& file) : file_(std::make_shared<std::string>(file)) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {
    // The mark is of where the parser has got to; the key, or the list, is what the user looks for.
    ConfigNode node;
    node.file_ = file_;
    if (!levels_.empty()) {
      node.place_ = levels_.back().place;
    }
    add(std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw make(mark, ConfigNode::Kind::null).error("YAML aliases (*name) are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    ConfigNode node = make(mark, ConfigNode::Kind::scalar);
    node.scalar_ = value;
    node.quoted_ = tag == "!";  // yaml-cpp's word for a scalar in quotes; "?" for a plain one
    if (tag.size() > 1) throw node.error(fmt::format("YAML tags ({}) are not supported", tag));
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
    root_.set_paths(nullptr);
    return std::move(root_);
  }

 private:
  struct Level {
    ConfigNode node;
    bool has_key = false;
    std::string key;
    std::unordered_set<std::string> keys;
    ConfigNode::Place place;  // of the last key, at first of the node
  };

  ConfigNode make(const YAML::Mark& mark, ConfigNode::Kind kind) const {
    ConfigNode node;
    node.kind_ = kind;
    node.file_ = file_;
    node.place_ = {mark.line + 1, mark.column + 1};
    return node;
  }
  void open(ConfigNode node) {
    if (levels_.size() >= max_depth) throw node.error(fmt::format("nested more than {} deep", max_depth));
    Level& level = levels_.emplace_back();
    level.place = node.place_;
    level.node = std::move(node);
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
      if (!level.keys.insert(node.scalar_).second)
        throw node.error(fmt::format("the key '{}' is repeated", shortened(node.scalar_)));
      level.key = node.scalar_;
      level.place = node.place_;
      level.has_key = true;
    } else {
      node.key_place_ = level.place;
      level.node.entries_.emplace_back(level.key, std::move(node));
      level.has_key = false;
    }
  }

  std::shared_ptr<const std::string> file_;  // the nodes share it
  std::vector<Level> levels_;
  ConfigNode root_;
};

ConfigNode ConfigNode::parse_file(const std::string& path) { return parse_text(read_file(path, max_bytes), path); }

ConfigNode ConfigNode::parse_text(const std::string& text, const std::string& file_name) {
  if (text.size() > max_bytes) fail("{}: larger than 1 MiB; this is not a config file", file_name);
  if (text.find('\0') != std::string::npos) fail("{}: contains zero bytes; this is not a YAML file", file_name);
  if (!is_utf8(text)) fail("{}: is not UTF-8 text; this is not a YAML file", file_name);
  ConfigBuilder builder(file_name);
  try {
    // The end is marked, because yaml-cpp closes a quote that is open when the text ends after a newline.
    std::istringstream stream(text + (text.ends_with('\n') ? "...\n" : "\n...\n"));
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    ConfigBuilder rest(file_name);
    if (parser.HandleNextDocument(rest)) fail("{}: holds a second YAML document ('---'); one is read", file_name);
  } catch (const YAML::Exception& error) {
    if (text.find('\n') == std::string::npos) fail("{}: broken YAML: {}", file_name, error.msg);  // in its one line
    fail("{}:{}:{}: broken YAML: {}", file_name, error.mark.line + 1, error.mark.column + 1, error.msg);
  }
  return builder.take();
}

}  // namespace sinew

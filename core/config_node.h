#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base_folder.h"
#include "core/error.h"

namespace sinew {

/// A node of a YAML document. It keeps its place in the file, so that errors can report it. A value type: it can be
/// copied, changed (`set`) and written back as YAML. yaml-cpp stays out of this header.
class ConfigNode {
 public:
  enum class Kind { null, scalar, list, map };
  using Entry = std::pair<std::string, ConfigNode>;

  ConfigNode() = default;
  static ConfigNode scalar(std::string text, bool quoted = false);
  static ConfigNode list(std::vector<ConfigNode> items = {});
  static ConfigNode map(std::vector<Entry> entries = {});

  /// Reads one YAML document. Throws Error (file:line:column) for a broken document, a repeated key, a tag outside the
  /// core schema, a second document, text that is not UTF-8, more than 1 MiB or more than 64 levels.
  static ConfigNode parse_file(const std::string& path);
  /// `folder`: the base of its relative paths.
  static ConfigNode parse_text(const std::string& text, const std::string& file_name, const BaseFolder& folder = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_map() const { return kind_ == Kind::map; }
  bool is_quoted() const { return quoted_; }  // "5" in quotes is text, not a number

  /// A scalar as a type; each throws a located Error when the node is of another kind.
  const std::string& text() const;
  double number() const;              // finite
  double number_or_infinity() const;  // also .inf and -.inf
  int64_t integer() const;            // 1e6 counts as 1000000, 1.5 is refused
  bool boolean() const;               // true or false, also as True and TRUE

  /// Items of a list, entries of a map in file order; throw when the node is of another kind.
  const std::vector<ConfigNode>& items() const;
  const std::vector<Entry>& entries() const;
  /// The items of a list; a single value counts as a list of one.
  std::vector<ConfigNode> items_or_one() const;
  /// The value of a key, or null when absent. The node must be a map.
  const ConfigNode* find(std::string_view key) const;
  /// The one entry of a map such as {linear: 64}, a name with a parameter.
  const Entry& single_entry() const;

  /// Adds or replaces an entry of a map (a null node becomes a map).
  void set(std::string key, ConfigNode value);
  void append(ConfigNode item);
  /// Removes an entry of a map, if it exists.
  void remove(std::string_view key);
  /// Applies "a.b=value", where the value is YAML. Creates missing maps on the way; list items are named by their
  /// index. Throws on a malformed assignment or a path through a scalar.
  void assign(const std::string& assignment);

  /// "file:line:column", and the path of keys from the root ("algorithm.n_steps").
  std::string where() const;
  /// The place of this value's key; where() for a node that is not a map's value.
  std::string where_of_key() const;
  std::string path() const;
  std::string file() const { return source_ ? source_->name : ""; }
  /// The base of relative paths: the folder of its file, or the shell's for text typed there.
  BaseFolder folder() const { return source_ ? source_->folder : BaseFolder(); }
  /// An Error that starts with where() and names the key.
  Error error(const std::string& message) const;

  /// The node as YAML text, ending in a newline; short leaf lists and maps on one line.
  std::string to_yaml() const;

 private:
  Error is_not(const char* what, const std::string& advice = "") const;
  friend class ConfigBuilder;
  /// A key on the path from the root. Nodes share the path to their parent: with a full path for each node, a hostile
  /// file of 1 MiB would take gigabytes.
  struct Step {
    std::shared_ptr<const Step> parent;
    std::string key;
  };
  using Path = std::shared_ptr<const Step>;
  static Path child_of(const Path& parent, std::string key) {
    return std::make_shared<Step>(Step{parent, std::move(key)});
  }

  void set_paths(const Path& path);
  void forget_lines();
  const char* kind_name() const;

  Kind kind_ = Kind::null;
  bool quoted_ = false;
  std::string scalar_;
  std::vector<ConfigNode> items_;
  std::vector<Entry> entries_;
  struct Source {
    std::string name;
    BaseFolder folder;
  };
  std::shared_ptr<const Source> source_;  // none: not parsed from text
  Path path_;                             // none: the root
  struct Place {
    int line = 0, column = 0;  // from 1; 0: not from a file
  };
  std::string text_of(Place place) const;
  Place place_, key_place_;
};

}  // namespace sinew

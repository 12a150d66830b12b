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

/// A piece of a YAML document that knows where it stands, so that an error can say so. A value:
/// copied, changed (`set`) and written back as YAML. yaml-cpp stays out of this header.
class ConfigNode {
 public:
  enum class Kind { null, scalar, list, map };
  using Entry = std::pair<std::string, ConfigNode>;

  ConfigNode() = default;
  static ConfigNode scalar(std::string text, bool quoted = false);
  static ConfigNode list(std::vector<ConfigNode> items = {});
  static ConfigNode map(std::vector<Entry> entries = {});

  /// Reads one YAML document. Throws Error (file:line:column) on a broken document, a repeated key,
  /// a tag that is not of the core schema, a second document, other text than UTF-8, more than 1 MiB or 64 levels.
  static ConfigNode parse_file(const std::string& path);
  /// `folder`: which its relative paths count from.
  static ConfigNode parse_text(const std::string& text, const std::string& file_name, const BaseFolder& folder = {});

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_map() const { return kind_ == Kind::map; }
  bool is_quoted() const { return quoted_; }  // "5" in quotes is text, never a number

  /// A scalar as a type; each throws a located Error when the node is something else.
  const std::string& text() const;
  double number() const;              // finite
  double number_or_infinity() const;  // also .inf and -.inf
  int64_t integer() const;            // 1e6 counts as 1000000, 1.5 is refused
  bool boolean() const;               // true or false, also as True and TRUE

  /// Items of a list, entries of a map in file order; throw when it is something else.
  const std::vector<ConfigNode>& items() const;
  const std::vector<Entry>& entries() const;
  /// The items of a list; of a single value, that alone.
  std::vector<ConfigNode> items_or_one() const;
  /// The value of a key, or null when absent. The node must be a map.
  const ConfigNode* find(std::string_view key) const;
  /// A map of one entry, such as {linear: 64}, is a name with a parameter: returns the entry.
  const Entry& single_entry() const;

  /// Adds or replaces an entry of a map (a null node becomes a map).
  void set(std::string key, ConfigNode value);
  void append(ConfigNode item);
  /// Drops an entry of a map, if it is there.
  void remove(std::string_view key);
  /// Applies "a.b=value", the value being YAML; missing maps on the way are made, list items are
  /// named by their index. Throws on a malformed assignment or a path through a scalar.
  void assign(const std::string& assignment);

  /// "file:line:column", and the path of keys from the root ("algorithm.n_steps").
  std::string where() const;
  /// Where the key of this value stands; where() for what is not a map's value.
  std::string where_of_key() const;
  std::string path() const;
  std::string file() const { return source_ ? source_->name : ""; }
  /// Which a relative path counts from: that of its file; the shell's for what was typed.
  BaseFolder folder() const { return source_ ? source_->folder : BaseFolder(); }
  /// An Error that starts with where() and names the key.
  Error error(const std::string& message) const;

  /// The node as YAML text, ending in a newline; short leaf lists and maps on one line.
  std::string to_yaml() const;

 private:
  Error is_not(const char* what, const std::string& advice = "") const;
  friend class ConfigBuilder;
  /// A key on the way from the root. Nodes share the way to their parent: written out for each, the paths
  /// of a hostile file of 1 MiB would take gigabytes.
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
  std::shared_ptr<const Source> source_;  // none: made by hand
  Path path_;                             // none: the root
  struct Place {
    int line = 0, column = 0;  // from 1; 0: not from a file
  };
  std::string text_of(Place place) const;
  Place place_, key_place_;
};

}  // namespace sinew

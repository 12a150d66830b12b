#pragma once
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/config_node.h"
#include "core/text.h"

/// Typed configuration. A config struct sets its defaults in class and has one `visit`:
///
/// ```
///   struct AdamConfig {
///     double learning_rate = 3e-4;
///     std::string device;
///     template <class Visitor>
///     void visit(Visitor& v) {
///       v.optional("learning_rate", learning_rate, above(0), "the size of a step");
///       v.required("device", device, "where it computes");
///     }
///   };
/// ```
///
/// It serves reading (`read_config<AdamConfig>(node)`), checking, writing back (`write_config(config)`), and the
/// reference pages (core/parameter_list.h). A Range, Choices, and one line of help may follow the member; the help
/// gives what the key does and its unit. An unknown key, a missing required key, a wrong type or a number out of range
/// is an Error with file, line, column and, for a key, the nearest known name.
///
/// A user-defined type with another YAML form provides, in its namespace,
///   void read_value(const ConfigNode&, T&);   ConfigNode write_value(const T&);
namespace sinew {

/// The numbers a key accepts.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;   // low itself is refused
  bool open_high = false;  // high itself is refused
  bool contains(double x) const { return (open_low ? x > low : x >= low) && (open_high ? x < high : x <= high); }
  std::string text() const;
};
inline Range at_least(double low) { return {.low = low}; }
inline Range above(double low) { return {.low = low, .open_low = true}; }
inline Range between(double low, double high) { return {.low = low, .high = high}; }
inline Range above_up_to(double low, double high) { return {.low = low, .high = high, .open_low = true}; }

/// The words a key accepts.
using Choices = std::vector<std::string>;

/// Throws unless the number is in range, or every number of a list, or the number of an optional that holds one.
void check_range(const ConfigNode& node, double value, const Range& range);
template <class T>
void check_range(const ConfigNode& node, const std::vector<T>& values, const Range& range) {
  for (size_t i = 0; i < values.size(); ++i)
    check_range(node.is_list() ? node.items()[i] : node, static_cast<double>(values[i]), range);
}
template <class T>
void check_range(const ConfigNode& node, const std::optional<T>& value, const Range& range) {
  if (value) check_range(node, static_cast<double>(*value), range);
}
void check_choice(const ConfigNode& node, const std::string& value, const Choices& choices);

/// Checks what follows a field's member: a range, choices, or a line of help, which refuses nothing.
template <class T>
void check_field(const ConfigNode& node, const T& value, const Range& range) {
  check_range(node, value, range);
}
inline void check_field(const ConfigNode& node, const std::string& value, const Choices& choices) {
  check_choice(node, value, choices);
}
template <class T>
void check_field(const ConfigNode&, const T&, const char* /*help*/) {}

void read_value(const ConfigNode& node, bool& value);
void read_value(const ConfigNode& node, int& value);
void read_value(const ConfigNode& node, int64_t& value);
void read_value(const ConfigNode& node, uint64_t& value);
void read_value(const ConfigNode& node, float& value);
void read_value(const ConfigNode& node, double& value);  // .inf only if `value`, the default, is infinite
void read_value(const ConfigNode& node, std::string& value);
inline void read_value(const ConfigNode& node, ConfigNode& value) { value = node; }

ConfigNode write_value(bool value);
ConfigNode write_value(int value);
ConfigNode write_value(int64_t value);
ConfigNode write_value(uint64_t value);
ConfigNode write_value(float value);
ConfigNode write_value(double value);
ConfigNode write_value(const std::string& value);
inline ConfigNode write_value(const char* value) { return write_value(std::string(value)); }
inline ConfigNode write_value(const ConfigNode& value) { return value; }

class ConfigReader;
class ConfigWriter;

template <class T>
concept ConfigStruct = requires(T& value, ConfigReader& reader) { value.visit(reader); };

template <ConfigStruct T>
void read_value(const ConfigNode& node, T& value);
template <ConfigStruct T>
ConfigNode write_value(const T& value);

/// A single word or number is accepted as a list of one: `joints: hip`.
template <class T>
void read_value(const ConfigNode& node, std::vector<T>& values) {
  values.clear();
  for (const ConfigNode& item : node.items_or_one()) read_value(item, values.emplace_back());
}
template <class T>
ConfigNode write_value(const std::vector<T>& values) {
  ConfigNode node = ConfigNode::list();
  for (const T& value : values) node.append(write_value(value));
  return node;
}
/// A map keeps the file's order.
template <class T>
void read_value(const ConfigNode& node, std::vector<std::pair<std::string, T>>& entries) {
  entries.clear();
  for (const auto& [key, item] : node.entries()) read_value(item, entries.emplace_back(key, T{}).second);
}
template <class T>
ConfigNode write_value(const std::vector<std::pair<std::string, T>>& entries) {
  ConfigNode node = ConfigNode::map();
  for (const auto& [key, value] : entries) node.set(key, write_value(value));
  return node;
}
/// `none` (or an empty value) means no value; "none" in quotes is the word itself.
template <class T>
void read_value(const ConfigNode& node, std::optional<T>& value) {
  value.reset();
  if (node.is_null() || (node.is_scalar() && !node.is_quoted() && node.text() == "none")) return;
  read_value(node, value.emplace());
}
template <class T>
ConfigNode write_value(const std::optional<T>& value) {
  if (!value) return ConfigNode::scalar("none");
  const ConfigNode node = write_value(*value);
  return node.is_scalar() && node.text() == "none" ? ConfigNode::scalar("none", true) : node;
}

/// The visitor that fills a struct from a map and refuses every key that was not requested.
class ConfigReader {
 public:
  explicit ConfigReader(const ConfigNode& node);

  template <class T, class... Check>
  void optional(const char* key, T& value, const Check&... check) {
    if (const ConfigNode* child = look_up(key)) {
      read_value(*child, value);
      (check_field(*child, value, check), ...);
    }
  }
  /// Like optional(), for a key that does not affect what is learned: a run may be resumed with another value.
  template <class T, class... Check>
  void changeable(const char* key, T& value, const Check&... check) {
    optional(key, value, check...);
  }
  template <class T, class... Check>
  void required(const char* key, T& value, const Check&... check) {
    const char* help = "";
    (take_help(check, help), ...);
    require(key, help);
    optional(key, value, check...);
  }

  /// Accepts a key that other code reads.
  void leave(const char* key) { known_.push_back(key); }

  /// Throws on the first key that was never looked up. Called by read_config.
  void finish() const;
  const ConfigNode& node() const { return node_; }

 private:
  const ConfigNode* look_up(const char* key);
  void require(const char* key, const char* help);
  static void take_help(const char* text, const char*& help) { help = text; }
  template <class Check>
  static void take_help(const Check&, const char*&) {}

  const ConfigNode& node_;
  std::vector<std::string> known_;
};

/// The visitor that writes a struct back, every key with its current value.
class ConfigWriter {
 public:
  template <class T, class... Check>
  void optional(const char* key, const T& value, const Check&...) {
    node_.set(key, write_value(value));
  }
  template <class T, class... Check>
  void changeable(const char* key, const T& value, const Check&...) {
    node_.set(key, write_value(value));
  }
  template <class T, class... Check>
  void required(const char* key, const T& value, const Check&...) {
    node_.set(key, write_value(value));
  }
  const ConfigNode& node() const { return node_; }

 private:
  ConfigNode node_ = ConfigNode::map();
};

template <ConfigStruct T>
void read_value(const ConfigNode& node, T& value) {
  ConfigReader reader(node);
  value.visit(reader);
  reader.finish();
}
template <ConfigStruct T>
ConfigNode write_value(const T& value) {
  ConfigWriter writer;
  const_cast<T&>(value).visit(writer);  // a visitor that only reads
  return writer.node();
}

template <class T>
T read_config(const ConfigNode& node) {
  T config;
  read_value(node, config);
  return config;
}
template <class T>
ConfigNode write_config(const T& config) {
  return write_value(config);
}

}  // namespace sinew

#include "core/config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace sinew {

std::string Range::text() const {
  if (std::isinf(high)) return fmt::format("{} {}", open_low ? "above" : "at least", low);
  if (std::isinf(low)) return fmt::format("{} {}", open_high ? "below" : "at most", high);
  return fmt::format("from {}{} to {}{}", low, open_low ? " (excluded)" : "", high, open_high ? " (excluded)" : "");
}

void check_range(const ConfigNode& node, double value, const Range& range) {
  if (!range.contains(value))
    throw node.error(fmt::format("{} is out of range; it must be {}", shortened(node.text()), range.text()));
}

void check_choice(const ConfigNode& node, const std::string& value, const Choices& choices) {
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    const std::string near = nearest(value, choices);
    throw node.error(fmt::format("'{}' is not one of {}{}", shortened(value), join(choices),
                                 near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
  }
}

namespace {

template <class Int>
Int read_integer(const ConfigNode& node) {
  const int64_t value = node.integer();
  if (!std::in_range<Int>(value))
    throw node.error(fmt::format("{} does not fit; it must be from {} to {}", shortened(node.text()),
                                 std::numeric_limits<Int>::min(), std::numeric_limits<Int>::max()));
  return static_cast<Int>(value);
}

template <class Float>
std::string shortest(Float value) {
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  return fmt::format("{}", value);
}

}  // namespace

void read_value(const ConfigNode& node, bool& value) { value = node.boolean(); }
void read_value(const ConfigNode& node, int& value) { value = read_integer<int>(node); }
void read_value(const ConfigNode& node, int64_t& value) { value = node.integer(); }
void read_value(const ConfigNode& node, uint64_t& value) {
  // node.integer() does not cover the upper half of the range, which seeds use, for example.
  const std::string& text = node.text();
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (node.is_quoted() || code != std::errc() || stop != text.data() + text.size())
    value = read_integer<uint64_t>(node);
}
void read_value(const ConfigNode& node, float& value) {
  const double number = node.number();
  value = static_cast<float>(number);
  if (std::isinf(value) && !std::isinf(number))
    throw node.error(fmt::format("{} does not fit", shortened(node.text())));
}
// A value that is infinite by default, such as a limit that is off, may also be given as .inf.
void read_value(const ConfigNode& node, double& value) {
  value = std::isinf(value) ? node.number_or_infinity() : node.number();
}
void read_value(const ConfigNode& node, std::string& value) { value = node.text(); }

ConfigNode write_value(bool value) { return ConfigNode::scalar(value ? "true" : "false"); }
ConfigNode write_value(int value) { return ConfigNode::scalar(std::to_string(value)); }
ConfigNode write_value(int64_t value) { return ConfigNode::scalar(std::to_string(value)); }
ConfigNode write_value(uint64_t value) { return ConfigNode::scalar(std::to_string(value)); }
ConfigNode write_value(float value) { return ConfigNode::scalar(shortest(value)); }
ConfigNode write_value(double value) { return ConfigNode::scalar(shortest(value)); }
ConfigNode write_value(const std::string& value) { return ConfigNode::scalar(value, value == "null" || value == "~"); }

ConfigReader::ConfigReader(const ConfigNode& node) : node_(node) {
  if (!node.is_null()) node.entries();  // throws unless it is a map
}

const ConfigNode* ConfigReader::look_up(const char* key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  return node_.is_null() ? nullptr : node_.find(key);
}

void ConfigReader::require(const char* key, const char* help) {
  if (look_up(key)) return;
  // A misspelt required key is both missing and unknown: suggest the likely typo.
  std::string hint;
  if (node_.is_map()) {
    std::vector<std::string> present;
    for (const auto& entry : node_.entries()) present.push_back(entry.first);
    if (const std::string near = nearest(key, present); !near.empty())
      hint = fmt::format("; '{}' is there: is it meant?", near);
  }
  const std::string meaning = *help ? fmt::format(" ({})", help) : "";
  throw node_.error(fmt::format("the key '{}' is missing{}{}", key, meaning, hint));
}

void ConfigReader::finish() const {
  if (node_.is_null()) return;
  for (const auto& [key, value] : node_.entries())
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      throw Error(fmt::format("{}: unknown key '{}'{}", value.where_of_key(), value.path(), suggestion(key, known_)));
}

}  // namespace sinew

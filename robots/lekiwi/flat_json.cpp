#include "robots/lekiwi/flat_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

using nlohmann::json;
using Value = FlatJson::Value;

// Receives the parser's events in order; returning false ends parsing.
class Reader final : public nlohmann::json_sax<json> {
 public:
  Reader(std::vector<std::pair<std::string, Value>>& entries, const FlatJson::Bounds& bounds)
      : entries_(entries), bounds_(bounds) {}

  const std::string& problem() const { return problem_; }

  bool null() override { return take({.text = "null"}); }
  bool boolean(bool value) override { return take({.text = value ? "true" : "false"}); }
  bool number_integer(number_integer_t value) override { return take_number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return take_number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return take_number(value); }
  bool string(string_t& value) override { return take({.kind = Value::Kind::text, .text = std::move(value)}); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (depth_ == 1) entries_.emplace_back(std::move(name), Value{});
    return count();
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    problem_ = "no JSON: " + shortened(error.what(), 160);
    return false;
  }

 private:
  bool refuse(std::string why) {
    problem_ = std::move(why);
    return false;
  }
  bool count() {
    if (++values_ <= bounds_.values) return true;
    return refuse(fmt::format("it has more than {} keys and values", bounds_.values));
  }
  bool take_number(double number) {
    return take({.kind = Value::Kind::number, .number = number, .text = fmt::format("{}", number)});
  }
  bool take(Value&& value) {
    if (depth_ == 0) return refuse("not a map of numbers");
    if (!count()) return false;
    if (depth_ == 1) {
      entries_.back().second = std::move(value);
    } else if (depth_ == 2 && in_list_) {
      Value& list = entries_.back().second;
      if (value.kind != Value::Kind::text) list.kind = Value::Kind::other;
      if (list.kind == Value::Kind::texts) list.texts.push_back(std::move(value.text));
    }
    return true;
  }
  bool open(bool is_map) {
    if (depth_ == 0 && !is_map) return refuse("not a map of numbers");
    if (++depth_ > bounds_.depth) return refuse(fmt::format("it is nested more than {} deep", bounds_.depth));
    if (depth_ > 1 && !count()) return false;
    if (depth_ == 2) {
      in_list_ = !is_map;
      entries_.back().second = {.kind = in_list_ ? Value::Kind::texts : Value::Kind::other,
                                .text = is_map ? "a map" : "a list"};
    } else if (depth_ == 3) {
      entries_.back().second.kind = Value::Kind::other;
    }
    return true;
  }
  bool close() {
    --depth_;
    return true;
  }

  std::vector<std::pair<std::string, Value>>& entries_;
  const FlatJson::Bounds& bounds_;
  std::string problem_;
  size_t depth_ = 0, values_ = 0;
  bool in_list_ = false;  // the value at depth 2 is a list
};

}  // namespace

FlatJson::FlatJson(std::string_view text, const Bounds& bounds) {
  if (text.size() > bounds.bytes) fail("it has {} bytes; {} are allowed", text.size(), bounds.bytes);
  Reader reader(entries_, bounds);
  if (json::sax_parse(text, &reader)) return;
  const bool not_finite = text.find("NaN") != text.npos || text.find("Infinity") != text.npos;
  if (!not_finite) fail("{}", reader.problem());
  const std::string key = entries_.empty() ? "" : fmt::format(" ('{}')", shortened(entries_.back().first, 40));
  fail("a number is not finite{}; {}", key, reader.problem());
}

const Value* FlatJson::find(std::string_view key) const {
  const auto found =
      std::find_if(entries_.rbegin(), entries_.rend(), [&](const auto& entry) { return entry.first == key; });
  return found == entries_.rend() ? nullptr : &found->second;
}

}  // namespace sinew

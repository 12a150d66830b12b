#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/config.h"
#include "nets/formats/interface_json.h"
#include "robots/protocol/base64.h"
#include "robots/protocol/limits_json_internal.h"
#include "robots/recording/recording_json_internal.h"

namespace sinew::recording {
namespace {

using nlohmann::json;

template <class T>
using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

template <class T>
std::string word_for(T value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const auto bits = std::bit_cast<Bits<T>>(value);
  const bool usual = bits == std::bit_cast<Bits<T>>(std::numeric_limits<T>::quiet_NaN());
  return usual ? "nan" : fmt::format("nan:{:x}", bits);
}

template <class T>
T number_from(const std::string& word) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  if (word == "inf") return infinity;
  if (word == "-inf") return -infinity;
  if (word == "nan") return std::numeric_limits<T>::quiet_NaN();
  constexpr std::string_view prefix = "nan:";
  Bits<T> bits = 0;
  if (!word.starts_with(prefix)) fail("'{}' is not a number", shortened(word, 40));
  const char* end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data() + prefix.size(), end, bits, 16);
  if (error != std::errc() || rest != end || !std::isnan(std::bit_cast<T>(bits)))
    fail("'{}' is not a number", shortened(word, 40));
  return std::bit_cast<T>(bits);
}

// Whether readers that parse all numbers as float64 get this float32. Shortest texts fail rarely: by double rounding,
// or by lying beyond the largest float32.
bool is_exact(const std::string& text, float value) {
  double read = 0;
  std::from_chars(text.data(), text.data() + text.size(), read);
  return std::abs(read) <= std::numeric_limits<float>::max() && static_cast<float>(read) == value;
}

template <class T>
void put_number(std::string& out, T value) {
  if (!std::isfinite(value)) return put_json(out, word_for(value));
  std::string text = fmt::format("{}", value);
  if constexpr (sizeof(T) == 4)
    if (!is_exact(text, value)) text = fmt::format("{}", double{value});
  out += text == "-0" ? "-0.0" : text;  // "-0" is the integer 0
}

template <class Enum>
void get_enum(const json& value, size_t count, Enum& out) {
  std::string word;
  get_json(value, word);
  for (size_t i = 0; i < count; ++i)
    if (word == name_of(static_cast<Enum>(i))) {
      out = static_cast<Enum>(i);
      return;
    }
  fail("'{}' is not a known value", shortened(word, 40));
}

}  // namespace

void put_json(std::string& out, bool value) { out += value ? "true" : "false"; }
void put_json(std::string& out, uint64_t value) { out += std::to_string(value); }
void put_json(std::string& out, float value) { put_number(out, value); }
void put_json(std::string& out, double value) { put_number(out, value); }
void put_json(std::string& out, const std::string& value) {
  out += json(value).dump(-1, ' ', false, json::error_handler_t::replace);  // replaces invalid UTF-8
}
void put_json(std::string& out, const Bytes& value) {
  out += '"';
  out += to_base64(value.data);
  out += '"';
}
void put_json(std::string& out, const Timestamp& value) {
  constexpr uint64_t second = 1'000'000'000;
  out += fmt::format(R"({{"sec":{},"nsec":{}}})", value.ns / second, value.ns % second);
}
void put_json(std::string& out, const InterfaceSpec& value) { out += interface_to_json(value); }
void put_json(std::string& out, const ActuatorLimits& value) { out += limits_to_json(value).dump(); }

void get_json(const json& value, bool& out) {
  if (!value.is_boolean()) fail("not true or false");
  out = value.get<bool>();
}
void get_json(const json& value, uint64_t& out) {
  if (!value.is_number_unsigned()) fail("not a whole number");
  out = value.get<uint64_t>();
}
void get_json(const json& value, double& out) {
  if (!value.is_number() && !value.is_string()) fail("not a number");
  out = value.is_string() ? number_from<double>(value.get<std::string>()) : value.get<double>();
}
void get_json(const json& value, float& out) {
  if (!value.is_number() && !value.is_string()) fail("not a number");
  if (value.is_string()) {
    out = number_from<float>(value.get<std::string>());
    return;
  }
  const double number = value.get<double>();
  if (std::abs(number) > std::numeric_limits<float>::max()) fail("{} does not fit a float32", number);
  out = static_cast<float>(number);
}
void get_json(const json& value, std::string& out) {
  if (!value.is_string()) fail("not a text");
  out = value.get<std::string>();
}
void get_json(const json& value, Bytes& out) {
  if (!value.is_string()) fail("not a text");
  out.data = from_base64(value.get_ref<const std::string&>());
}
void get_json(const json& value, Timestamp& out) {
  if (!value.is_object()) fail("not a map");
  uint64_t seconds = 0, ns = 0;
  JsonReader reader(value);
  reader("sec", seconds);
  reader("nsec", ns);
  out.ns = seconds * 1'000'000'000 + ns;
}
void get_json(const json& value, InterfaceSpec& out) { out = interface_from_json(value.dump()); }
// JSON is valid YAML.
void get_json(const json& value, ActuatorLimits& out) {
  out = read_config<ActuatorLimits>(ConfigNode::parse_text(value.dump(), "limits"));
}
void get_json(const json& value, Mode& out) { get_enum(value, mode_count, out); }
void get_json(const json& value, Alarm& out) { get_enum(value, alarm_count, out); }
void get_json(const json& value, Refusal& out) { get_enum(value, refusal_count, out); }

}  // namespace sinew::recording

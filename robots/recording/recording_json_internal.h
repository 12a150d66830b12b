#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "robots/recording/recording.h"

/// A recording's structs to JSON and back, and as JSON Schema: three visitors of the same fields.
namespace sinew::recording {

/// Bytes, encoded as base64 in JSON.
struct Bytes {
  std::string data;
};

/// ns since 1970, as in Foxglove's schemas.
struct Timestamp {
  uint64_t ns = 0;
};

/// https://docs.foxglove.dev/docs/sdk/schemas
struct CompressedImage {
  Timestamp timestamp;
  std::string frame_id;
  Bytes data;
  std::string format = "jpeg";
  template <class Visitor>
  void visit(Visitor& v) {
    v("timestamp", timestamp);
    v("frame_id", frame_id);
    v("data", data);
    v("format", format);
  }
};
struct RawImage {
  Timestamp timestamp;
  std::string frame_id;
  uint64_t width = 0, height = 0;
  std::string encoding;  // "rgb8", "mono8"
  uint64_t step = 0;     // bytes of a row
  Bytes data;
  template <class Visitor>
  void visit(Visitor& v) {
    v("timestamp", timestamp);
    v("frame_id", frame_id);
    v("width", width);
    v("height", height);
    v("encoding", encoding);
    v("step", step);
    v("data", data);
  }
};

/// Appends a value as JSON. A number's text gives the same bits when read as float64 and, if needed, rounded to
/// float32.
void put_json(std::string& out, bool value);
void put_json(std::string& out, uint64_t value);
void put_json(std::string& out, float value);
void put_json(std::string& out, double value);
void put_json(std::string& out, const std::string& value);
void put_json(std::string& out, const Bytes& value);
void put_json(std::string& out, const Timestamp& value);
void put_json(std::string& out, const InterfaceSpec& value);
void put_json(std::string& out, const ActuatorLimits& value);
inline void put_json(std::string& out, Mode value) { put_json(out, std::string(name_of(value))); }
inline void put_json(std::string& out, Alarm value) { put_json(out, std::string(name_of(value))); }
inline void put_json(std::string& out, Refusal value) { put_json(out, std::string(name_of(value))); }

/// The inverse. Throws an Error, or an nlohmann exception, for a value of another type.
void get_json(const nlohmann::json& json, bool& value);
void get_json(const nlohmann::json& json, uint64_t& value);
void get_json(const nlohmann::json& json, float& value);
void get_json(const nlohmann::json& json, double& value);
void get_json(const nlohmann::json& json, std::string& value);
void get_json(const nlohmann::json& json, Bytes& value);
void get_json(const nlohmann::json& json, Timestamp& value);
void get_json(const nlohmann::json& json, InterfaceSpec& value);
void get_json(const nlohmann::json& json, ActuatorLimits& value);
void get_json(const nlohmann::json& json, Mode& value);
void get_json(const nlohmann::json& json, Alarm& value);
void get_json(const nlohmann::json& json, Refusal& value);

class JsonReader;
template <class T>
concept HasFields = requires(T& value, JsonReader& reader) { value.visit(reader); };

/// Lists, and objects with fields.
template <class T>
void put_json(std::string& out, const std::vector<T>& values);
template <HasFields T>
void put_json(std::string& out, const T& value);
template <class T>
void get_json(const nlohmann::json& json, std::vector<T>& values);
template <HasFields T>
void get_json(const nlohmann::json& json, T& value);

/// Omits an optional number without a value.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  template <class T>
  void operator()(const char* key, const T& value) {
    out_ += std::exchange(separator_, ',');
    out_ += '"';
    out_ += key;
    out_ += "\":";
    put_json(out_, value);
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) (*this)(key, *value);
  }

 private:
  std::string& out_;
  char separator_ = '{';
};

/// Throws an Error for a missing key; ignores additional ones.
class JsonReader {
 public:
  explicit JsonReader(const nlohmann::json& map) : map_(map) {}
  template <class T>
  void operator()(const char* key, T& value) {
    const auto entry = map_.find(key);
    if (entry == map_.end()) fail("the key '{}' is missing", key);
    with_context(key, [&] { get_json(*entry, value); });
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& value) {
    if (map_.contains(key)) (*this)(key, value.emplace());
  }

 private:
  const nlohmann::json& map_;
};

template <class T>
void put_json(std::string& out, const std::vector<T>& values) {
  out += '[';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    put_json(out, values[i]);
  }
  out += ']';
}
template <HasFields T>
void put_json(std::string& out, const T& value) {
  JsonWriter writer(out);
  const_cast<T&>(value).visit(writer);  // a visitor that only reads
  out += '}';
}
template <class T>
void get_json(const nlohmann::json& json, std::vector<T>& values) {
  if (!json.is_array()) fail("not a list");
  values.clear();
  for (const nlohmann::json& item : json) get_json(item, values.emplace_back());
}
template <HasFields T>
void get_json(const nlohmann::json& json, T& value) {
  if (!json.is_object()) fail("not a map");
  JsonReader reader(json);
  value.visit(reader);
}

/// The JSON Schema of a type. (Excludes numbers that are not finite, because viewers do not support alternatives.)
template <class T>
std::string schema_of();

/// Collects the fields' schemas.
class SchemaWriter {
 public:
  template <class T>
  void operator()(const char* key, const T&) {
    properties += fmt::format("{}\"{}\":{}", properties.empty() ? "" : ",", key, schema_of<T>());
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>&) {
    (*this)(key, T());
  }
  std::string properties;
};

template <class T>
struct ItemOf {};
template <class T>
struct ItemOf<std::vector<T>> {
  using type = T;
};

template <class T>
std::string schema_of() {
  constexpr bool is_object = std::is_same_v<T, InterfaceSpec> || std::is_same_v<T, ActuatorLimits>;
  if constexpr (std::is_same_v<T, bool>) return R"({"type":"boolean"})";
  if constexpr (std::is_integral_v<T>) return R"({"type":"integer"})";
  if constexpr (std::is_floating_point_v<T>) return R"({"type":"number"})";
  if constexpr (std::is_same_v<T, std::string> || std::is_enum_v<T>) return R"({"type":"string"})";
  if constexpr (std::is_same_v<T, Bytes>) return R"({"type":"string","contentEncoding":"base64"})";
  if constexpr (std::is_same_v<T, Timestamp>)
    return R"({"type":"object","title":"time","properties":{"sec":{"type":"integer"},"nsec":{"type":"integer"}}})";
  if constexpr (requires { typename ItemOf<T>::type; })
    return fmt::format(R"({{"type":"array","items":{}}})", schema_of<typename ItemOf<T>::type>());
  if constexpr (is_object) return R"({"type":"object"})";
  if constexpr (HasFields<T> && !is_object) {
    SchemaWriter writer;
    T().visit(writer);
    return fmt::format(R"({{"type":"object","properties":{{{}}}}})", writer.properties);
  }
}

}  // namespace sinew::recording

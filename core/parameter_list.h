#pragma once
#include <string>
#include <utility>
#include <vector>

#include "core/config.h"

namespace sinew {

/// A parameter as the reference pages list it.
struct ParameterDoc {
  std::string name;         // "units", or "init.gain" for a nested map
  std::string value;        // the default as YAML; "" when it is required
  std::string range;        // "at least 0", "x, y or z"; "" when any value is accepted
  std::string help;         // what it does, and its unit; "" where the term's own text covers it
  bool changeable = false;  // a run may be resumed with another value
};

/// The visitor that lists a config struct's keys, including those of nested structs.
class ParameterLister {
 public:
  template <class T, class... Check>
  void optional(const char* key, const T& value, const Check&... check) {
    add(key, value, true, check...);
  }
  template <class T, class... Check>
  void changeable(const char* key, const T& value, const Check&... check) {
    const size_t before = list_.size();
    add(key, value, true, check...);
    for (size_t i = before; i < list_.size(); ++i) list_[i].changeable = true;
  }
  template <class T, class... Check>
  void required(const char* key, const T& value, const Check&... check) {
    add(key, value, false, check...);
  }
  const std::vector<ParameterDoc>& list() const { return list_; }

 private:
  template <class T, class... Check>
  void add(const std::string& key, const T& value, bool has_default, const Check&... check) {
    if constexpr (ConfigStruct<T>) {
      if (write_value(value).is_map()) return add_fields(key + ".", value);
    }
    ParameterDoc parameter{.name = path_ + key, .value = has_default ? one_line(write_value(value)) : ""};
    (describe(parameter, check), ...);
    list_.push_back(std::move(parameter));
  }
  // A map from names to structs.
  template <class T, class... Check>
  void add(const std::string& key, const std::vector<std::pair<std::string, T>>& entries, bool has_default,
           const Check&... check)
    requires ConfigStruct<T>
  {
    ParameterDoc parameter{.name = path_ + key, .value = has_default ? one_line(write_value(entries)) : ""};
    (describe(parameter, check), ...);
    list_.push_back(std::move(parameter));
    add_fields(key + ".NAME.", T{});
  }
  // A list of structs.
  template <class T, class... Check>
  void add(const std::string& key, const std::vector<T>& items, bool has_default, const Check&... check)
    requires ConfigStruct<T>
  {
    ParameterDoc parameter{.name = path_ + key, .value = has_default ? one_line(write_value(items)) : ""};
    (describe(parameter, check), ...);
    list_.push_back(std::move(parameter));
    add_fields(key + "[].", T{});
  }
  template <class T>
  void add_fields(const std::string& prefix, const T& value) {
    const std::string outside = std::exchange(path_, path_ + prefix);
    const_cast<T&>(value).visit(*this);  // a visitor that only reads
    path_ = outside;
  }

  static std::string one_line(const ConfigNode& node);
  static void describe(ParameterDoc& parameter, const Range& range) { parameter.range = range.text(); }
  static void describe(ParameterDoc& parameter, const Choices& choices);
  static void describe(ParameterDoc& parameter, const char* help) { parameter.help = help; }

  std::string path_;
  std::vector<ParameterDoc> list_;
};

template <class Params>
std::vector<ParameterDoc> list_parameters() {
  ParameterLister lister;
  Params{}.visit(lister);
  return lister.list();
}

}  // namespace sinew

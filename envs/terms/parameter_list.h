#pragma once
#include <string>
#include <vector>

#include "core/config.h"

namespace sinew {

/// A parameter as the docs list it.
struct ParameterDoc {
  std::string name;
  std::string value;  // the default as YAML; "" when it must be given
  std::string range;  // "at least 0", "x, y or z"; "" when any value will do
};

/// The visitor that lists a config struct's keys.
class ParameterLister {
 public:
  template <class T, class... Check>
  void optional(const char* key, const T& value, const Check&... check) {
    list_.push_back({key, one_line(write_value(value)), (text_of(check) + ... + "")});
  }
  template <class T, class... Check>
  void required(const char* key, const T&, const Check&... check) {
    list_.push_back({key, "", (text_of(check) + ... + "")});
  }
  const std::vector<ParameterDoc>& list() const { return list_; }

 private:
  static std::string one_line(const ConfigNode& node);
  static std::string text_of(const Range& range) { return range.text(); }
  static std::string text_of(const Choices& choices);
  std::vector<ParameterDoc> list_;
};

template <class Params>
std::vector<ParameterDoc> list_parameters() {
  ParameterLister lister;
  Params{}.visit(lister);
  return lister.list();
}

}  // namespace sinew

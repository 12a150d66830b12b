#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/byte_stream.h"
#include "core/row_log.h"

namespace sinew {

/// Saves the state of objects as bytes and restores it. A class has one function that serves both directions:
///
///   void visit_state(StateArchive& archive) {
///     archive("steps", steps_);                 // a number, a bool, a text, an optional number
///     archive("stream", stream_);               // an object that has a visit_state itself
///     archive("returns", returns_);             // a vector of any of these: its length is restored too
///     archive("moments", std::span(moments_));  // a span: its length must be the saved one
///   }
///
/// Every entry carries its name and type, and entries are read back in the order they were written. A changed layout is
/// therefore an Error that names the entry, never a misread number. Restoring checks every length against the available
/// bytes. After an Error the object is partly restored and must not be used.
///
/// An entry is  uint8 type | uint8 length of the name | name | uint64 count | count numbers,
/// little-endian; objects are an entry without numbers, before those of their members.
class StateArchive {
 public:
  /// Saves into memory, see bytes().
  StateArchive() = default;
  /// Saves into `sink` through a small buffer, which finish() empties. Row logs go to `rows`, if given.
  explicit StateArchive(ByteSink sink, RowStore* rows = nullptr) : sink_(std::move(sink)), rows_(rows) {}
  /// Restores from `bytes`, which must outlive the archive; `name` identifies them in errors.
  StateArchive(std::string_view bytes, const std::string& name)
      : in_(bytes), path_(name + ": "), root_(path_.size()), restoring_(true) {}
  /// Restores from `bytes` bytes of `source` through a small buffer.
  StateArchive(ByteSource source, uint64_t bytes, const std::string& name, RowStore* rows = nullptr)
      : source_(std::move(source)),
        unread_(bytes),
        path_(name + ": "),
        root_(path_.size()),
        restoring_(true),
        rows_(rows) {}

  bool restoring() const { return restoring_; }

  template <class T>
  void operator()(std::string_view name, T& value) {
    if constexpr (requires { value.visit_state(*this); }) {
      const Scope scope(*this, name);
      value.visit_state(*this);
    } else {
      entry(name, type_of<T>(), &value, 1, sizeof value);
    }
  }
  void operator()(std::string_view name, bool& value);
  void operator()(std::string_view name, std::string& text);

  template <class T>
  void operator()(std::string_view name, std::span<T> values) {
    if constexpr (requires(T& item) { item.visit_state(*this); }) {
      const Scope scope(*this, name, values.size());
      for (size_t i = 0; i < values.size(); ++i) (*this)(std::to_string(i), values[i]);
    } else {
      entry(name, type_of<T>(), values.data(), values.size(), sizeof(T));
    }
  }
  template <class T>
  void operator()(std::string_view name, std::vector<T>& values) {
    if constexpr (requires(T& item) { item.visit_state(*this); }) {
      if (restoring_) values.resize(next_count(name, Type::object, least_entry));
      (*this)(name, std::span(values));
    } else {
      if (restoring_) values.resize(next_count(name, type_of<T>(), sizeof(T)));
      (*this)(name, std::span(values));
    }
  }
  template <class T>
  void operator()(std::string_view name, std::optional<T>& value) {
    std::vector<T> values;
    if (value) values.push_back(*value);
    (*this)(name, values);
    if (!restoring_) return;
    value.reset();
    if (!values.empty()) value = values[0];
  }
  /// Archives the held rows. Restoring sets begin and end, then puts the rows.
  void operator()(std::string_view name, RowLog& rows);
  /// A number that follows from the configuration: a different saved number is an Error.
  void fixed(std::string_view name, uint64_t value);

  /// Records a warning for the user after restoring, which is no reason to refuse.
  void warn(const std::string& text) { warnings_.push_back(path_ + ": " + text); }
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// The bytes saved into memory.
  const std::string& bytes() const { return out_; }
  /// Saving: flushes the buffer. Restoring: throws when bytes are left that were not restored.
  void finish();

 private:
  enum class Type : uint8_t { object, u8, i32, i64, u32, u64, f32, f64 };
  template <class T>
  static constexpr Type type_of() {
    using U = std::remove_const_t<T>;
    static_assert(std::is_arithmetic_v<U> && !std::is_same_v<U, bool> && sizeof(U) != 2, "give it a visit_state");
    if constexpr (std::is_floating_point_v<U>)
      return sizeof(U) == 4 ? Type::f32 : Type::f64;
    else if constexpr (sizeof(U) == 1)
      return Type::u8;
    else if constexpr (std::is_signed_v<U>)
      return sizeof(U) == 4 ? Type::i32 : Type::i64;
    else
      return sizeof(U) == 4 ? Type::u32 : Type::u64;
  }

  static constexpr size_t least_entry = 2 + 8;  // bytes

  /// Scope of the members of an object, or of `count` objects: errors name it.
  class Scope {
   public:
    Scope(StateArchive& archive, std::string_view name, size_t count = 1);
    ~Scope() { archive_.path_.resize(outer_length_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    StateArchive& archive_;
    size_t outer_length_;
  };

  void entry(std::string_view name, Type type, void* data, size_t count, size_t size);
  void write_header(std::string_view name, Type type, uint64_t count);
  /// Returns the count of the next entry, which must have this name and type; does not advance.
  size_t next_count(std::string_view name, Type type, size_t size);
  void write(const char* data, size_t bytes);
  void read(char* data, size_t bytes);
  /// Makes in_ hold at least this many of the remaining bytes.
  void fetch(size_t bytes);
  uint64_t left() const { return in_.size() + unread_; }
  [[noreturn]] void damaged(std::string_view name, const std::string& what) const;

  ByteSink sink_;
  std::string out_;  // all bytes, or those not yet passed to the sink
  ByteSource source_;
  std::string buffer_;   // of the source
  std::string_view in_;  // the remaining bytes, except those …
  uint64_t unread_ = 0;  // … still in the source
  std::string path_;     // "checkpoint 'x': envs.3"
  size_t root_ = 0;      // where the object names begin in path_
  bool restoring_ = false;
  RowStore* rows_ = nullptr;
  std::vector<std::string> warnings_;
};

}  // namespace sinew

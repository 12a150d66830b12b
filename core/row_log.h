#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace sinew {

/// Rows of one size that come at the end and go at the front, as the transitions of a replay buffer do. They are
/// numbered since the beginning; those of [begin, end) are held.
struct RowLog {
  size_t row_bytes = 0;
  uint64_t capacity = 0;  // how many are held at most
  uint64_t begin = 0, end = 0;
  std::function<void(uint64_t row, std::span<char> bytes)> get;        // copies a row out
  std::function<void(uint64_t row, std::span<const char> bytes)> put;  // takes a restored row in, in order
};

/// Where rows are kept apart from the state that they belong to, so that a save writes only those that are new.
class RowStore {
 public:
  virtual ~RowStore() = default;
  /// `name` tells the logs of a state apart.
  virtual void save(const std::string& name, const RowLog& rows) = 0;
  virtual void restore(const std::string& name, const RowLog& rows) = 0;
};

}  // namespace sinew

#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace sinew {

/// A queue of rows of one size, appended at the end and removed at the front, as the transitions of a replay buffer
/// are. Rows are numbered from the beginning; those in [begin, end) are held.
struct RowLog {
  size_t row_bytes = 0;
  uint64_t capacity = 0;  // maximum number of rows held
  uint64_t begin = 0, end = 0;
  std::function<void(uint64_t row, std::span<char> bytes)> get;        // copies a row out
  std::function<void(uint64_t row, std::span<const char> bytes)> put;  // takes in a restored row; called in order
};

/// Stores rows apart from the state that they belong to, so that a save writes only the new ones.
class RowStore {
 public:
  virtual ~RowStore() = default;
  /// `name` distinguishes the logs of a state.
  virtual void save(const std::string& name, const RowLog& rows) = 0;
  virtual void restore(const std::string& name, const RowLog& rows) = 0;
};

}  // namespace sinew

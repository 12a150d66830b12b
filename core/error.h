#pragma once
#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace sinew {

/// The user's input is wrong (a config, a file, a message, a model), or the system failed (a full disk). The text
/// states what is wrong, where, and what to do, in one paragraph. Outer layers add their context with `add_context`.
/// Programming mistakes are asserts instead.
class Error : public std::runtime_error {
 public:
  /// Decides the exit code of the command: user 2, system 1.
  enum class Fault { user, system };

  /// The text passes through visible(), so that quoted names and paths cannot break its line.
  explicit Error(const std::string& message, Fault fault = Fault::user);

  /// Prepends "context: " to the text; the outermost context comes first.
  void add_context(const std::string& context);

  const char* what() const noexcept override { return text_.c_str(); }
  Fault fault() const { return fault_; }
  int exit_code() const { return fault_ == Fault::user ? 2 : 1; }

 private:
  std::string text_;
  Fault fault_;
};

/// Throws an Error whose text is formatted as by fmt::format.
template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

/// "cannot write 'x': No space left on device", from errno. The fault is the user's for a missing file or a permission,
/// else the system's.
[[noreturn]] void fail_errno(const std::string& what, int error_number);

/// Runs `body`; prepends `context` to an Error that leaves it.
template <class Body>
decltype(auto) with_context(const std::string& context, Body&& body) {
  try {
    return body();
  } catch (Error& error) {
    error.add_context(context);
    throw;
  }
}

}  // namespace sinew

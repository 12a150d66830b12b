#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sinew {

/// A window on the user's display that shows pictures, of a Renderer or of anything else. GLFW is
/// loaded when the first one opens. For the main thread alone.
class Window {
 public:
  /// Throws an Error where there is no display or no GLFW.
  Window(int height, int width, const std::string& title);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Shows RGB [height, width, 3], rows from the top, stretched to the window, and takes in what the
  /// user did. Waits for the display's next refresh.
  void show(std::span<const uint8_t> pixels);
  /// The user has closed it, or pressed Escape.
  bool closed() const;

 private:
  struct Glfw;
  static const Glfw& glfw();
  int height_, width_;
  void* window_;
};

}  // namespace sinew

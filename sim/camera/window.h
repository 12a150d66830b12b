#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sinew {

/// A window on the user's display that shows pictures, from a Renderer or any other source. GLFW is loaded when the
/// first window opens. For the main thread only.
class Window {
 public:
  /// Throws an Error where there is no display or no GLFW.
  Window(int height, int width, const std::string& title);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  /// Shows RGB [height, width, 3], rows from the top, stretched to the window, and processes the user's input. Waits
  /// for the display's next refresh.
  void show(std::span<const uint8_t> pixels);
  /// Whether the user has closed it, or pressed Escape.
  bool closed() const;

 private:
  struct Glfw;
  static const Glfw& glfw();
  int height_, width_;
  void* window_;
};

}  // namespace sinew

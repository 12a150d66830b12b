#include "sim/camera/window.h"

#include <GL/gl.h>
#include <GLFW/glfw3.h>
#include <dlfcn.h>

#include "core/error.h"

// The headers give the types; the functions come from dlsym.
namespace sinew {

struct Window::Glfw {
  decltype(&glfwInit) init;
  decltype(&glfwTerminate) terminate;
  decltype(&glfwCreateWindow) create_window;
  decltype(&glfwDestroyWindow) destroy_window;
  decltype(&glfwMakeContextCurrent) make_current;
  decltype(&glfwSwapInterval) swap_interval;
  decltype(&glfwSwapBuffers) swap_buffers;
  decltype(&glfwPollEvents) poll_events;
  decltype(&glfwWindowShouldClose) should_close;
  decltype(&glfwGetKey) get_key;
  decltype(&glfwGetFramebufferSize) framebuffer_size;
  decltype(&glfwGetProcAddress) get_proc_address;
  decltype(&glfwGetError) get_error;

  Glfw() {
    void* library = dlopen("libglfw.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!library)
      throw Error(fmt::format("cannot open a window: {}. On Debian, install libglfw3", dlerror()),
                  Error::Fault::system);
    look_up(library, "glfwInit", init);
    look_up(library, "glfwTerminate", terminate);
    look_up(library, "glfwCreateWindow", create_window);
    look_up(library, "glfwDestroyWindow", destroy_window);
    look_up(library, "glfwMakeContextCurrent", make_current);
    look_up(library, "glfwSwapInterval", swap_interval);
    look_up(library, "glfwSwapBuffers", swap_buffers);
    look_up(library, "glfwPollEvents", poll_events);
    look_up(library, "glfwWindowShouldClose", should_close);
    look_up(library, "glfwGetKey", get_key);
    look_up(library, "glfwGetFramebufferSize", framebuffer_size);
    look_up(library, "glfwGetProcAddress", get_proc_address);
    look_up(library, "glfwGetError", get_error);
    if (!init()) fail("cannot open a window: {}. Without a display, make a video instead", error());
  }
  ~Glfw() { terminate(); }

  template <class Function>
  static void look_up(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (!function) throw Error(fmt::format("cannot open a window: {} is missing in GLFW", name), Error::Fault::system);
  }
  template <class Function>
  void gl(const char* name, Function& function) const {
    function = reinterpret_cast<Function>(get_proc_address(name));
  }
  std::string error() const {
    const char* text = nullptr;
    get_error(&text);
    return text ? text : "GLFW gives no reason";
  }
};

const Window::Glfw& Window::glfw() {
  static const Glfw library;  // if this fails, the next window tries again
  return library;
}

Window::Window(int height, int width, const std::string& title) : height_(height), width_(width) {
  window_ = glfw().create_window(width, height, title.c_str(), nullptr, nullptr);
  if (!window_) fail("cannot open a window: {}", glfw().error());
  auto* window = static_cast<GLFWwindow*>(window_);
  glfw().make_current(window);
  glfw().swap_interval(1);
  glfw().make_current(nullptr);
}

Window::~Window() { glfw().destroy_window(static_cast<GLFWwindow*>(window_)); }

void Window::show(std::span<const uint8_t> pixels) {
  const Glfw& library = glfw();
  auto* window = static_cast<GLFWwindow*>(window_);
  library.make_current(window);
  decltype(&glViewport) viewport;
  decltype(&glClear) clear;
  decltype(&glPixelStorei) pixel_store;
  decltype(&glRasterPos2f) raster_position;
  decltype(&glPixelZoom) pixel_zoom;
  decltype(&glDrawPixels) draw_pixels;
  library.gl("glViewport", viewport);
  library.gl("glClear", clear);
  library.gl("glPixelStorei", pixel_store);
  library.gl("glRasterPos2f", raster_position);
  library.gl("glPixelZoom", pixel_zoom);
  library.gl("glDrawPixels", draw_pixels);
  int across = 0, down = 0;
  library.framebuffer_size(window, &across, &down);
  viewport(0, 0, across, down);
  clear(GL_COLOR_BUFFER_BIT);
  pixel_store(GL_UNPACK_ALIGNMENT, 1);
  raster_position(-1, 1);  // from the upper left corner, downwards
  pixel_zoom(static_cast<float>(across) / static_cast<float>(width_),
             -static_cast<float>(down) / static_cast<float>(height_));
  draw_pixels(width_, height_, GL_RGB, GL_UNSIGNED_BYTE, pixels.data());
  library.swap_buffers(window);
  library.make_current(nullptr);  // a renderer of this thread uses a context of its own
  library.poll_events();
}

bool Window::closed() const {
  auto* window = static_cast<GLFWwindow*>(window_);
  return glfw().should_close(window) || glfw().get_key(window, GLFW_KEY_ESCAPE) == GLFW_PRESS;
}

}  // namespace sinew

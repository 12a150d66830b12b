#include "sim/camera/gl_context.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/osmesa.h>
#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/error.h"

// The headers give the types; the functions come from dlsym.
namespace sinew {
namespace {

// Never closed: Mesa does not survive unloading. Global, because MuJoCo looks up its functions there.
void* open_library(const char* name) {
  void* library = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
  if (!library) fail("{}", dlerror());
  return library;
}

template <class Function>
void look_up(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (!function) fail("{} is missing", name);
}

// EGL's functions, and the displays of the contexts.
//
// Mesa's software renderer draws one picture per display at a time, whatever the number of contexts and threads. There,
// contexts take turns among several displays. Mesa treats an empty attribute list as a different display than no list,
// and a software device as a different display than no device; should they be the same, nothing is lost.
struct Egl {
  decltype(&eglGetProcAddress) get_proc_address;
  decltype(&eglInitialize) initialize;
  decltype(&eglBindAPI) bind_api;
  decltype(&eglChooseConfig) choose_config;
  decltype(&eglCreateContext) create_context;
  decltype(&eglDestroyContext) destroy_context;
  decltype(&eglMakeCurrent) make_current;
  decltype(&eglGetError) get_error;

  static Egl& shared() {
    static Egl egl;
    return egl;
  }

  /// The display of the next context.
  EGLDisplay next_display() {
    const std::lock_guard lock(mutex_);
    if (on_cpu_ && !others_opened_ && contexts_ > 0) open_others();
    return displays_[contexts_++ % displays_.size()];
  }

  /// nullptr: the display does not support OpenGL.
  EGLConfig choose_config_of(EGLDisplay of) const {
    constexpr std::array<EGLint, 13> wanted = {EGL_SURFACE_TYPE,
                                               EGL_PBUFFER_BIT,
                                               EGL_RENDERABLE_TYPE,
                                               EGL_OPENGL_BIT,
                                               EGL_RED_SIZE,
                                               8,
                                               EGL_GREEN_SIZE,
                                               8,
                                               EGL_BLUE_SIZE,
                                               8,
                                               EGL_DEPTH_SIZE,
                                               24,
                                               EGL_NONE};
    EGLConfig config = nullptr;
    EGLint n = 0;
    return choose_config(of, wanted.data(), &config, 1, &n) && n > 0 ? config : nullptr;
  }

 private:
  Egl() {
    void* egl = open_library("libEGL.so.1");
    look_up(egl, "eglGetProcAddress", get_proc_address);
    look_up(egl, "eglInitialize", initialize);
    look_up(egl, "eglBindAPI", bind_api);
    look_up(egl, "eglChooseConfig", choose_config);
    look_up(egl, "eglCreateContext", create_context);
    look_up(egl, "eglDestroyContext", destroy_context);
    look_up(egl, "eglMakeCurrent", make_current);
    look_up(egl, "eglGetError", get_error);
    extension("eglGetPlatformDisplayEXT", get_platform_display_);
    if (!get_platform_display_) fail("eglGetPlatformDisplayEXT is missing");
    on_cpu_ = !open_device(false);
    if (on_cpu_ && !open(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY))
      fail("no display without a screen draws OpenGL");
  }

  // Called only when a second context is needed: each display costs some megabytes.
  void open_others() {
    others_opened_ = true;
    open(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, no_attributes.data());
    open_device(true);
    open_device(true, no_attributes.data());
  }

  template <class Function>
  void extension(const char* name, Function& function) {
    function = reinterpret_cast<Function>(get_proc_address(name));
  }

  bool open(EGLenum platform, void* native, const EGLint* attributes = nullptr) {
    const EGLDisplay candidate = get_platform_display_(platform, native, attributes);
    if (candidate == EGL_NO_DISPLAY || !initialize(candidate, nullptr, nullptr) || !choose_config_of(candidate))
      return false;
    if (std::ranges::find(displays_, candidate) == displays_.end()) displays_.push_back(candidate);
    return true;
  }

  // Opens the first usable device that is a software renderer, or the first that is a GPU.
  bool open_device(bool software, const EGLint* attributes = nullptr) {
    PFNEGLQUERYDEVICESEXTPROC query_devices;
    PFNEGLQUERYDEVICESTRINGEXTPROC query_string;
    extension("eglQueryDevicesEXT", query_devices);
    extension("eglQueryDeviceStringEXT", query_string);
    std::array<EGLDeviceEXT, 32> devices{};
    EGLint n = 0;
    if (!query_devices || !query_string || !query_devices(devices.size(), devices.data(), &n)) return false;
    return std::any_of(devices.begin(), devices.begin() + n, [&](EGLDeviceEXT device) {
      const char* extensions = query_string(device, EGL_EXTENSIONS);
      const bool is_software =
          !extensions || std::string_view(extensions).find("EGL_MESA_device_software") != std::string::npos;
      return is_software == software && open(EGL_PLATFORM_DEVICE_EXT, device, attributes);
    });
  }

  static constexpr std::array<EGLint, 1> no_attributes = {EGL_NONE};
  std::mutex mutex_;
  std::vector<EGLDisplay> displays_;
  size_t contexts_ = 0;  // made so far
  bool on_cpu_ = true, others_opened_ = false;
  PFNEGLGETPLATFORMDISPLAYEXTPROC get_platform_display_;
};

class EglContext final : public GlContext {
 public:
  EglContext() : egl_(Egl::shared()), display_(Egl::shared().next_display()) {
    egl_.bind_api(EGL_OPENGL_API);
    context_ = egl_.create_context(display_, egl_.choose_config_of(display_), EGL_NO_CONTEXT, nullptr);
    if (context_ == EGL_NO_CONTEXT) fail("no context (EGL error {:#x})", egl_.get_error());
  }
  ~EglContext() override {
    release();
    egl_.destroy_context(display_, context_);
  }
  void make_current() override {
    egl_.bind_api(EGL_OPENGL_API);  // a per-thread setting
    if (!egl_.make_current(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, context_))
      throw Error(fmt::format("EGL cannot make its context current (error {:#x})", egl_.get_error()),
                  Error::Fault::system);
  }
  void release() override { egl_.make_current(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT); }
  std::string name() const override { return "EGL"; }
  void* function(const char* name) const override { return reinterpret_cast<void*>(egl_.get_proc_address(name)); }

 private:
  const Egl& egl_;
  EGLDisplay display_;
  EGLContext context_;
};

class MesaContext final : public GlContext {
 public:
  MesaContext() {
    void* mesa = open_library("libOSMesa.so.8");
    look_up(mesa, "OSMesaCreateContextExt", create_);
    look_up(mesa, "OSMesaDestroyContext", destroy_);
    look_up(mesa, "OSMesaMakeCurrent", make_current_);
    look_up(mesa, "OSMesaGetProcAddress", get_proc_address_);
    context_ = create_(OSMESA_RGBA, 24, 8, 8, nullptr);
    if (!context_) fail("no context");
  }
  ~MesaContext() override { destroy_(context_); }
  void make_current() override {
    // MuJoCo draws into a framebuffer object of its own; OSMesa only requires some memory.
    if (!make_current_(context_, surface_.data(), GL_UNSIGNED_BYTE, side, side))
      throw Error("OSMesa cannot make its context current", Error::Fault::system);
  }
  void release() override { make_current_(nullptr, nullptr, GL_UNSIGNED_BYTE, 0, 0); }
  std::string name() const override { return "OSMesa"; }
  void* function(const char* name) const override { return reinterpret_cast<void*>(get_proc_address_(name)); }

 private:
  static constexpr int side = 16;
  decltype(&OSMesaCreateContextExt) create_;
  decltype(&OSMesaDestroyContext) destroy_;
  decltype(&OSMesaMakeCurrent) make_current_;
  decltype(&OSMesaGetProcAddress) get_proc_address_;
  OSMesaContext context_;
  std::array<uint8_t, 4 * side * side> surface_{};
};

// Mesa's software renderer allocates and frees some hundred kilobytes per picture. By default the C library returns
// them to the system and gets them back zeroed: a tenth of a picture's time.
void keep_freed_memory() {
#ifdef __GLIBC__
  [[maybe_unused]] static const bool once = [] {
    mallopt(M_TOP_PAD, 4 << 20);  // the most that each of its arenas keeps
    return mallopt(M_MMAP_THRESHOLD, 32 << 20) != 0;
  }();
#endif
}

template <class Context>
std::unique_ptr<GlContext> attempt(std::string& answer) {
  try {
    return std::make_unique<Context>();
  } catch (const Error& error) {
    answer = error.what();
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<GlContext> GlContext::make() {
  // Mesa's software renderer would start one thread per core for pictures this small.
  setenv("LP_NUM_THREADS", "0", 0);
  keep_freed_memory();
  const char* value = std::getenv("MUJOCO_GL");
  const std::string_view wish = value ? value : "";
  std::string egl_answer = "MUJOCO_GL=osmesa forbids it", mesa_answer = "MUJOCO_GL=egl forbids it";
  if (wish != "osmesa")
    if (auto context = attempt<EglContext>(egl_answer)) return context;
  if (wish != "egl")
    if (auto context = attempt<MesaContext>(mesa_answer)) return context;
  throw Error(fmt::format("cannot draw without a display: EGL says: {}; OSMesa says: {}. On Debian, install "
                          "libegl1 and libgl1-mesa-dri, or libosmesa6; a camera of kind depth needs neither when it "
                          "casts rays: {{camera: NAME, kind: depth, method: rays}}",
                          egl_answer, mesa_answer),
              Error::Fault::system);
}

}  // namespace sinew

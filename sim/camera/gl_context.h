#pragma once
#include <memory>
#include <string>

namespace sinew {

/// An OpenGL context without a window: EGL, on a GPU where there is one and else on the processor, or
/// OSMesa, on the processor. The libraries are loaded when the first one is made. The environment
/// chooses as it does for MuJoCo's Python package: MUJOCO_GL=egl or MUJOCO_GL=osmesa.
/// Use it in one thread at a time.
class GlContext {
 public:
  virtual ~GlContext() = default;
  /// Throws an Error that says what each back end answered, when none works.
  static std::unique_ptr<GlContext> make();

  /// Makes the context this thread's, or no longer.
  virtual void make_current() = 0;
  virtual void release() = 0;
  /// "EGL" or "OSMesa".
  virtual std::string name() const = 0;
  /// Address of an OpenGL function.
  virtual void* function(const char* name) const = 0;
};

}  // namespace sinew

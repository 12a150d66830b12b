#pragma once
#include <memory>
#include <string>

namespace sinew {

/// An OpenGL context without a window: EGL, on a GPU if there is one, else on the CPU, or OSMesa, on the CPU. The
/// libraries are loaded when the first context is made. The environment selects the back end as it does for MuJoCo's
/// Python package: MUJOCO_GL=egl or MUJOCO_GL=osmesa. Use it in one thread at a time.
class GlContext {
 public:
  virtual ~GlContext() = default;
  /// Throws an Error with the answer of each back end, when none works.
  static std::unique_ptr<GlContext> make();

  /// Makes the context current in this thread, or releases it.
  virtual void make_current() = 0;
  virtual void release() = 0;
  /// "EGL" or "OSMesa".
  virtual std::string name() const = 0;
  /// Address of an OpenGL function.
  virtual void* function(const char* name) const = 0;
};

}  // namespace sinew

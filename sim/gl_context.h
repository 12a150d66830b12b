#pragma once
#include <memory>
#include <string>

namespace sinew {

/// An OpenGL context without a window: EGL surfaceless (GPU or CPU), or else OSMesa (CPU). The
/// libraries are loaded when the first one is made; the environment's MUJOCO_GL=osmesa chooses OSMesa.
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

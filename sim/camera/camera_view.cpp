#include "sim/camera/camera_view.h"

#include "core/error.h"

namespace sinew {

void check_view(const CameraView& view) {
  if (view.height < 1 || view.width < 1) fail("a picture of {} × {} pixels cannot be drawn", view.width, view.height);
  if (view.kind != CameraView::Kind::rgb && !(view.near >= 0 && view.near < view.far))
    fail("depth from {} m to {} m cannot be measured: 'near' is at least 0 and below 'far'", view.near, view.far);
}

}  // namespace sinew

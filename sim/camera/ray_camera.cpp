#include "sim/camera/ray_camera.h"

#include <algorithm>

#include "core/error.h"
#include "sim/camera/depth_internal.h"
#include "sim/camera/ground_internal.h"
#include "sim/camera/rays_internal.h"
#include "sim/camera/viewpoint_internal.h"
#include "sim/compat.h"
#include "sim/model/seen_color_internal.h"

namespace sinew {
namespace {

Vec3 vec3(const double* values) { return {values[0], values[1], values[2]}; }
Vec3 operator-(const Vec3& a, const Vec3& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

// As in MuJoCo's pictures: the geom groups shown by default, and only opaque geoms.
bool is_seen(const mjModel& m, int geom) {
  constexpr int shown_groups = 3;
  constexpr float opaque = 0.995F;
  return m.geom_group[geom] < shown_groups && seen_color(m, geom)[3] >= opaque;
}

// A picture in progress. Every geom lowers the pixels where it is the nearest.
class Picture {
 public:
  Picture(const mjModel& m, const mjData& d, const CameraView& view, const Rays& rays, uint8_t* pixels)
      : m_(m),
        d_(d),
        rays_(rays),
        byte_(view),
        far_(std::min(view.far, rays.farthest())),
        width_(view.width),
        pixels_(pixels) {}

  void add(int geom) {
    const Vec3 center = vec3(d_.geom_xpos + 3 * geom) - rays_.origin();
    const double radius = m_.geom_rbound[geom];
    const bool is_plane = m_.geom_type[geom] == mjGEOM_PLANE;  // the only one without a bounding sphere
    if (!is_plane) {
      const double depth = dot(center, rays_.axis());
      if (depth + radius < rays_.nearest() || depth - radius > far_) return;
    }
    const PixelArea area = is_plane ? rays_.all() : rays_.around_sphere(center, radius);
    if (area.top >= area.bottom || area.left >= area.right) return;
    switch (m_.geom_type[geom]) {
      case mjGEOM_MESH: add_mesh(geom); break;
      case mjGEOM_HFIELD:
        cast(area,
             [&](const Vec3& ray) { return compat::ray_hfield(m_, d_, geom, rays_.origin().data(), ray.data()); });
        break;
      default: add_shape(geom, area, !is_plane && dot(center, center) <= radius * radius);
    }
  }

 private:
  // `hit` returns the distance of the geom along a ray, negative for a miss.
  template <class Hit>
  void cast(const PixelArea& area, Hit&& hit) {
    for (int row = area.top; row < area.bottom; ++row)
      for (int column = area.left; column < area.right; ++column) {
        const double depth = hit(rays_.at(row, column));
        if (depth < rays_.nearest() || depth >= far_) continue;
        uint8_t& pixel = pixels_[static_cast<long>(row) * width_ + column];
        pixel = std::min(pixel, byte_(static_cast<float>(depth)));
      }
  }

  void add_shape(int geom, const PixelArea& area, bool may_be_inside) {
    constexpr double widened[] = {ground::half_width, ground::half_width, ground::half_width};
    const double* size = ground::is_widened(m_, geom) ? widened : m_.geom_size + 3 * geom;
    const double *position = d_.geom_xpos + 3 * geom, *axes = d_.geom_xmat + 9 * geom;
    const int type = m_.geom_type[geom];
    const auto hit = [&](const Vec3& ray) {
      return compat::ray_shape(position, axes, size, rays_.origin().data(), ray.data(), type);
    };
    // A shape is not seen from inside: a camera in a robot's head sees out of it.
    if (may_be_inside) {
      const Vec3& ahead = rays_.axis();
      if (hit(ahead) >= 0 && hit({-ahead[0], -ahead[1], -ahead[2]}) >= 0) return;
    }
    cast(area, hit);
  }

  // Casts triangle by triangle, each with the few rays around it. Like a shape, a mesh is not seen from inside.
  void add_mesh(int geom) {
    const int mesh = m_.geom_dataid[geom];
    const float* vertices = m_.mesh_vert + 3 * m_.mesh_vertadr[mesh];
    const int* faces = m_.mesh_face + 3 * m_.mesh_faceadr[mesh];
    const double *position = d_.geom_xpos + 3 * geom, *axes = d_.geom_xmat + 9 * geom;
    const auto corner = [&](int vertex) {
      const float* v = vertices + 3 * vertex;
      const Vec3 own = {static_cast<double>(v[0]), static_cast<double>(v[1]), static_cast<double>(v[2])};
      const Vec3 turned = {dot(vec3(axes), own), dot(vec3(axes + 3), own), dot(vec3(axes + 6), own)};
      return vec3(position) - rays_.origin() - Vec3{-turned[0], -turned[1], -turned[2]};
    };
    for (int face = 0; face < m_.mesh_facenum[mesh]; ++face) {
      const std::array<Vec3, 3> a = {corner(faces[3 * face]), corner(faces[3 * face + 1]), corner(faces[3 * face + 2])};
      const Vec3 normal = cross(a[1] - a[0], a[2] - a[0]);
      const double height = dot(normal, a[0]);
      if (height >= 0) continue;  // back face
      const Vec3 side0 = cross(a[1], a[0]), side1 = cross(a[2], a[1]), side2 = cross(a[0], a[2]);
      cast(rays_.around_triangle(a), [&](const Vec3& ray) {
        const bool through = dot(ray, side0) >= 0 && dot(ray, side1) >= 0 && dot(ray, side2) >= 0;
        return through ? height / dot(normal, ray) : -1;
      });
    }
  }

  const mjModel& m_;
  const mjData& d_;
  const Rays& rays_;
  DepthScale byte_;
  double far_;
  int width_;
  uint8_t* pixels_;
};

}  // namespace

struct RayCamera::Source {
  Viewpoint eye;
};

RayCamera::RayCamera(std::shared_ptr<const Model> model, CameraView view)
    : model_(std::move(model)),
      view_(std::move(view)),
      source_(std::make_unique<const Source>(Source{Viewpoint(*model_, view_.camera)})) {
  check_view(view_);
  if (view_.kind != CameraView::Kind::depth)
    fail("rays measure only depth: a camera that casts them must be of kind depth");
}

RayCamera::~RayCamera() = default;

void RayCamera::render(const Simulation& sim, std::span<uint8_t> pixels) const {
  if (pixels.size() != view_.size())
    fail("a picture of {} × {} pixels needs {} bytes, not {}", view_.width, view_.height, view_.size(), pixels.size());
  const mjModel& m = sim.raw_model();
  mjData& data = const_cast<mjData&>(sim.raw());  // only read: MuJoCo's argument is not const
  mjvCamera camera = source_->eye.at(data);
  mjvScene scene;  // used for its cameras, one per eye
  mjv_defaultScene(&scene);
  mjv_updateCamera(&m, &data, &camera, &scene);
  const Rays rays(mjv_averageCamera(scene.camera, scene.camera + 1), view_.height, view_.width);
  std::ranges::fill(pixels, uint8_t{255});
  Picture picture(m, data, view_, rays, pixels.data());
  for (int geom = 0; geom < m.ngeom; ++geom)
    if (is_seen(m, geom)) picture.add(geom);
}

}  // namespace sinew

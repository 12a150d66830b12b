#include "sim/camera/render_pool.h"

#include <algorithm>

namespace sinew {

// Borrows a renderer for one picture.
class RenderPool::Loan {
 public:
  explicit Loan(RenderPool& pool) : pool_(pool) {
    {
      const std::lock_guard lock(pool_.mutex_);
      auto& idle = pool_.idle_;
      auto mine = std::ranges::find(idle, std::this_thread::get_id(), &Idle::last_user);
      if (mine == idle.end() && !idle.empty()) mine = idle.begin();
      if (mine != idle.end()) {
        renderer_ = std::move(mine->renderer);
        idle.erase(mine);
        return;
      }
    }
    renderer_ = std::make_unique<Renderer>(pool_.model_, pool_.views_);  // takes a while
  }
  ~Loan() {
    const std::lock_guard lock(pool_.mutex_);
    pool_.idle_.push_back({std::move(renderer_), std::this_thread::get_id()});
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  Renderer* operator->() { return renderer_.get(); }

 private:
  RenderPool& pool_;
  std::unique_ptr<Renderer> renderer_;
};

RenderPool::RenderPool(std::shared_ptr<const Model> model, std::vector<CameraView> views)
    : model_(std::move(model)), views_(std::move(views)) {
  for (const CameraView& view : views_) {
    check_view(view);
    if (!view.camera.empty()) model_->find(Model::Element::camera, view.camera);
  }
}

RenderPool::~RenderPool() = default;

void RenderPool::render(size_t view, const Simulation& sim, std::span<uint8_t> pixels) {
  Loan(*this)->render(view, sim, pixels);
}

std::string RenderPool::backend() { return Loan(*this)->backend(); }

}  // namespace sinew

#include "envs/terms/touch.h"

#include <algorithm>

namespace sinew {
namespace {

std::vector<int> geoms_of(int body, const Model& model) {
  std::vector<int> geoms;
  for (int geom = 0; geom < model.count(Model::Element::geom); ++geom)
    if (model.geom_body(geom) == body) geoms.push_back(geom);
  return geoms;
}

std::vector<int> geoms_of_body(const std::string& name, const TermSource& source) {
  std::vector<int> geoms = geoms_of(source.find(Model::Element::body, name), source.model);
  if (geoms.empty())
    throw source.node.error(fmt::format("the body '{}' has no geom of its own that could touch anything", name));
  return geoms;
}

}  // namespace

Touch::Touch(const TouchParams& params, const TermSource& source) {
  const auto n = static_cast<size_t>(source.model.count(Model::Element::geom));
  if (params.geoms.empty() == params.bodies.empty())
    throw source.node.error("one of 'geoms' and 'bodies' is needed: a list of names of what touches");
  names_ = params.geoms.empty() ? params.bodies : params.geoms;
  for (size_t i = 0; i < names_.size(); ++i)
    if (std::find(names_.begin(), names_.begin() + static_cast<ptrdiff_t>(i), names_[i]) !=
        names_.begin() + static_cast<ptrdiff_t>(i))
      throw source.node.error(fmt::format("'{}' is named twice", names_[i]));

  watched_.assign(n, -1);
  for (size_t i = 0; i < names_.size(); ++i) {
    const auto index = static_cast<int>(i);
    if (params.geoms.empty())
      for (const int geom : geoms_of_body(names_[i], source)) watch(geom, index);
    else
      watch(source.find(Model::Element::geom, names_[i]), index);
  }

  with_.assign(n, params.with.empty());
  for (const std::string& name : params.with) {
    if (source.model.has(Model::Element::geom, name))
      with_[static_cast<size_t>(source.find(Model::Element::geom, name))] = true;
    else
      for (const int geom : geoms_of_body(name, source)) with_[static_cast<size_t>(geom)] = true;
  }
  forces_.resize(names_.size());
}

std::span<const double> Touch::forces(const Simulation& sim) {
  std::ranges::fill(forces_, 0.0);
  for_each(sim, [this](size_t index, const Contact& contact) { forces_[index] += contact.normal_force; });
  return forces_;
}

}  // namespace sinew

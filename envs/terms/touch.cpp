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
  for (auto name = names_.begin(); name != names_.end(); ++name)
    if (std::find(names_.begin(), name, *name) != name)
      throw source.node.error(fmt::format("'{}' is named twice", *name));

  watched_.assign(n, -1);
  for (const std::string& name : names_) {
    const auto index = static_cast<int>(bodies_.size());
    const std::vector<int> geoms =
        params.geoms.empty() ? geoms_of_body(name, source) : std::vector{source.find(Model::Element::geom, name)};
    for (const int geom : geoms) watched_[static_cast<size_t>(geom)] = index;
    bodies_.push_back(source.model.geom_body(geoms[0]));
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

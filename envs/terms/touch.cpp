#include "envs/terms/touch.h"

#include <algorithm>

#include "envs/terms/element_selection.h"

namespace sinew {
namespace {

std::vector<int> geoms_of(int body, const Model& model) {
  std::vector<int> geoms;
  for (int geom = 0; geom < model.count(Model::Element::geom); ++geom)
    if (model.geom_body(geom) == body) geoms.push_back(geom);
  return geoms;
}

std::string why_no_touch(int body, const Model& model) {
  if (!geoms_of(body, model).empty()) return "";
  return fmt::format("the body '{}' has no geom of its own that could touch anything",
                     model.name(Model::Element::body, body));
}

// The geoms of a list of words, each of which names geoms or bodies.
std::vector<int> geoms_named(const ConfigNode& words, const TermSource& source) {
  std::vector<int> geoms;
  const std::vector<ConfigNode> all = words.is_list() ? words.items() : std::vector{words};
  for (const ConfigNode& word : all) {
    const bool is_geom = with_context(
        word.where(), [&] { return !elements_named(Model::Element::geom, word.text(), source.model).empty(); });
    const auto element = is_geom ? Model::Element::geom : Model::Element::body;
    for (const int index : select_elements(
             element, word, source, [&](int i) { return is_geom ? std::string() : why_no_touch(i, source.model); }))
      for (const int geom : is_geom ? std::vector{index} : geoms_of(index, source.model)) geoms.push_back(geom);
  }
  return geoms;
}

}  // namespace

Touch::Touch(const TouchParams& params, const TermSource& source) {
  const Model& model = source.model;
  const auto n = static_cast<size_t>(model.count(Model::Element::geom));
  const bool are_geoms = !names_nothing(params.geoms);
  if (are_geoms == !names_nothing(params.bodies))
    throw source.node.error("one of 'geoms' and 'bodies' is needed: a list of names of what touches");
  const auto element = are_geoms ? Model::Element::geom : Model::Element::body;
  watched_.assign(n, -1);
  for (const int chosen : select_elements(element, are_geoms ? params.geoms : params.bodies, source,
                                          [&](int i) { return are_geoms ? std::string() : why_no_touch(i, model); })) {
    const std::vector<int> geoms = are_geoms ? std::vector{chosen} : geoms_of(chosen, model);
    for (const int geom : geoms) watched_[static_cast<size_t>(geom)] = static_cast<int>(bodies_.size());
    bodies_.push_back(model.geom_body(geoms[0]));
    names_.push_back(model.name(element, chosen));
  }

  with_.assign(n, names_nothing(params.with));
  if (!names_nothing(params.with))
    for (const int geom : geoms_named(params.with, source)) with_[static_cast<size_t>(geom)] = true;
  forces_.resize(names_.size());
}

std::span<const double> Touch::forces(const Simulation& sim) {
  std::ranges::fill(forces_, 0.0);
  for_each(sim, [this](size_t index, const Contact& contact) { forces_[index] += contact.normal_force; });
  return forces_;
}

}  // namespace sinew

#include "envs/terms/element_selection.h"

#include <algorithm>

#include "core/name_pattern.h"

namespace sinew {
namespace {

std::vector<std::string> called(Model::Element element, const Model& model) {
  std::vector<std::string> names;
  for (int i = 0; i < model.count(element); ++i) names.push_back(model.called(element, i));
  return names;
}

// Adds the elements that one item of a list selects.
void add_named(std::vector<int>& chosen, Model::Element element, const ConfigNode& item, const TermSource& source,
               const WhyNot& why_not) {
  const Model& model = source.model;
  const std::string& word = item.text();
  if (model.has(element, word)) {
    const int index = model.find(element, word);
    if (std::ranges::find(chosen, index) != chosen.end()) throw item.error(fmt::format("'{}' is named twice", word));
    if (const std::string why = why_not ? why_not(index) : ""; !why.empty()) throw item.error(why);
    chosen.push_back(index);
    return;
  }
  const std::vector<int> matching = with_context(item.where(), [&] {
    std::vector<int> found = elements_named(element, word, model);
    if (found.empty()) throw Error(model.no_such(element, word));
    return found;
  });
  std::string why;
  bool is_any_fit = false;
  for (const int index : matching) {
    const std::string why_not_this = why_not ? why_not(index) : "";
    if (!why_not_this.empty()) why = why_not_this;
    is_any_fit |= why_not_this.empty();
    if (why_not_this.empty() && std::ranges::find(chosen, index) == chosen.end()) chosen.push_back(index);
  }
  if (!is_any_fit) throw item.error(why);
}

std::string why_not_of_one_number(int joint, const Model& model) {
  if (model.joint_qpos_size(joint) == 1) return "";
  return fmt::format("the joint '{}' is neither a hinge nor a slide; it is {}",
                     model.called(Model::Element::joint, joint), model.joint_type_name(joint));
}

}  // namespace

std::vector<int> elements_named(Model::Element element, const std::string& word, const Model& model) {
  const std::vector<size_t> meant = names_meant(word, called(element, model));
  return {meant.begin(), meant.end()};
}

bool names_nothing(const ConfigNode& names) { return names.is_null() || (names.is_list() && names.items().empty()); }

std::vector<int> select_elements(Model::Element element, const ConfigNode& names, const TermSource& source,
                                 const WhyNot& why_not) {
  const Model& model = source.model;
  std::vector<int> chosen;
  if (names.is_list()) {
    for (const ConfigNode& item : names.items()) add_named(chosen, element, item, source, why_not);
  } else if (names.text() != "all") {
    if (!model.has(element, names.text()) && elements_named(element, names.text(), model).empty())
      throw names.error(model.no_such(element, names.text()) + "; all means every one");
    add_named(chosen, element, names, source, why_not);
  } else {
    for (int i = 0; i < model.count(element); ++i)
      if (!why_not || why_not(i).empty()) chosen.push_back(i);
  }
  if (chosen.empty()) throw source.node.error(fmt::format("no element of '{}' is named", model.path()));
  return chosen;
}

std::vector<int> select_joints(const ConfigNode& names, const TermSource& source, const WhyNot& why_not) {
  const Model& model = source.model;
  const auto has_one_number = [&](int joint) { return model.joint_qpos_size(joint) == 1; };
  const std::vector<int> all = [&] {
    std::vector<int> joints(static_cast<size_t>(model.count(Model::Element::joint)));
    for (size_t i = 0; i < joints.size(); ++i) joints[i] = static_cast<int>(i);
    return joints;
  }();
  if (std::ranges::none_of(all, has_one_number))
    throw source.node.error(fmt::format("'{}' has neither hinge nor slide", model.path()));
  return select_elements(Model::Element::joint, names, source, [&](int joint) {
    const std::string why = why_not_of_one_number(joint, model);
    return why.empty() && why_not ? why_not(joint) : why;
  });
}

std::vector<std::pair<int, size_t>> joints_of_keys(const std::vector<std::string>& keys, const Model& model) {
  std::vector<std::string> names = called(Model::Element::joint, model);
  for (const std::string& key : keys) {
    const std::vector<int> meant = elements_named(Model::Element::joint, key, model);
    if (meant.empty()) throw Error(model.no_such(Model::Element::joint, key));
    std::vector<std::string> whys;
    for (const int joint : meant)
      if (const std::string why = why_not_of_one_number(joint, model); !why.empty()) whys.push_back(why);
    if (whys.size() == meant.size()) throw Error(whys.front());
  }
  for (size_t joint = 0; joint < names.size(); ++joint)
    if (model.joint_qpos_size(static_cast<int>(joint)) != 1) names[joint].clear();  // patterns skip it
  std::vector<std::pair<int, size_t>> joints;
  const std::vector<int> key_of = key_of_each(names, keys);
  for (size_t joint = 0; joint < key_of.size(); ++joint)
    if (key_of[joint] >= 0) joints.emplace_back(static_cast<int>(joint), static_cast<size_t>(key_of[joint]));
  std::ranges::stable_sort(joints, {}, [](const auto& joint) { return joint.second; });
  return joints;
}

std::vector<double> one_each(const ConfigNode& node, size_t count, const Range& range) {
  if (!node.is_list()) {
    check_range(node, node.number(), range);
    return std::vector<double>(count, node.number());
  }
  std::vector<double> numbers;
  read_value(node, numbers);
  check_range(node, numbers, range);
  if (numbers.size() != count)
    throw node.error(fmt::format("it has {} numbers where {} are needed, or one for all", numbers.size(), count));
  return numbers;
}

}  // namespace sinew

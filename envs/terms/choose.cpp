#include "envs/terms/choose.h"

#include <algorithm>

namespace sinew {

std::vector<int> choose(Model::Element element, const ConfigNode& names, const TermSource& source) {
  const Model& model = source.model;
  std::vector<int> chosen;
  if (names.is_list()) {
    for (const ConfigNode& item : names.items()) {
      const int index = with_context(item.where(), [&] { return model.find(element, item.text()); });
      if (std::ranges::find(chosen, index) != chosen.end())
        throw item.error(fmt::format("'{}' is named twice", item.text()));
      chosen.push_back(index);
    }
  } else {
    check_choice(names, names.text(), {"all"});
    for (int i = 0; i < model.count(element); ++i) chosen.push_back(i);
  }
  if (chosen.empty()) throw source.node.error(fmt::format("nothing of '{}' is named", model.path()));
  return chosen;
}

std::vector<int> choose_joints(const ConfigNode& names, const TermSource& source) {
  const Model& model = source.model;
  std::vector<int> joints = choose(Model::Element::joint, names, source);
  const auto has_one_number = [&](int joint) { return model.joint_qpos_size(joint) == 1; };
  if (names.is_list())
    for (size_t i = 0; i < joints.size(); ++i)
      if (!has_one_number(joints[i]))
        throw names.items()[i].error(fmt::format("the joint '{}' is neither a hinge nor a slide; it is {}",
                                                 names.items()[i].text(), model.joint_type_name(joints[i])));
  std::erase_if(joints, [&](int joint) { return !has_one_number(joint); });
  if (joints.empty()) throw source.node.error(fmt::format("'{}' has neither hinge nor slide", model.path()));
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

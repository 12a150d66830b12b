#include <limits>

#include "envs/terms/tables.h"

namespace sinew {
namespace {

class JointOutside final : public TerminationTerm {
 public:
  struct Params {
    std::string joint;
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("joint", joint);
      v.optional("low", low);
      v.optional("high", high);
    }
  };
  explicit JointOutside(const TermSource& source) : params_(read_term<Params>(source.node)) {
    const Model& model = source.model;
    const int joint = at_node(source.node, [&] { return model.find(Model::Element::joint, params_.joint); });
    if (model.joint_qpos_size(joint) != 1)
      throw source.node.error(fmt::format("the joint '{}' neither slides nor turns on a hinge", params_.joint));
    address_ = static_cast<size_t>(model.qpos_address(joint));
  }
  bool ended(const StepView& view) override {
    const double q = view.sim.qpos()[address_];
    return !(q >= params_.low && q <= params_.high);  // a NaN is outside
  }

 private:
  Params params_;
  size_t address_;
};

class SiteBelow final : public TerminationTerm {
 public:
  struct Params {
    std::string site;
    double height = 0;
    template <class Visitor>
    void visit(Visitor& v) {
      v.required("site", site);
      v.required("height", height);
    }
  };
  explicit SiteBelow(const TermSource& source) : params_(read_term<Params>(source.node)) {
    site_ = at_node(source.node, [&] { return source.model.find(Model::Element::site, params_.site); });
  }
  bool ended(const StepView& view) override { return view.sim.site_xpos(site_)[2] <= params_.height; }

 private:
  Params params_;
  int site_;
};

}  // namespace

std::vector<TermRow<TerminationTerm>> builtin_terminations() {
  return {
      {"joint_outside", "the position of `joint` leaves low … high (both still inside); m or rad",
       [](const TermSource& source) { return std::make_unique<JointOutside>(source); }},
      {"site_below", "the world z of `site` is at most `height`; m",
       [](const TermSource& source) { return std::make_unique<SiteBelow>(source); }},
  };
}

}  // namespace sinew

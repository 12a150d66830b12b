#pragma once
#include <memory>

#include "envs/terms/task_registry.h"

namespace sinew {

/// An observation that is a function of another observation, `of`.
class FunctionOf : public ObservationTerm {
 public:
  void begin_episode(const TaskState& state) override { inner_->begin_episode(state); }
  void visit_state(StateArchive& archive) override { archive("of", *inner_); }

 protected:
  FunctionOf(const ConfigNode& of, const TermSource& source) : inner_(make_observation(of, source)) {}
  void keep_labels() {
    for (size_t i = 0; i < inner_->size(); ++i) add_number(inner_->labels()[i], inner_->units()[i]);
  }
  std::unique_ptr<ObservationTerm> inner_;
};

struct OfParams {
  ConfigNode of;
  template <class Visitor>
  void visit(Visitor& v) {
    v.required("of", of);
  }
};

}  // namespace sinew

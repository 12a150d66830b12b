#include "agents/run/candidates.h"

#include <algorithm>
#include <utility>

#include "core/state_archive.h"

namespace sinew {
namespace {

std::string section_of(const Candidate& candidate) { return fmt::format("candidate_{:012}", candidate.step); }

}  // namespace

void Candidate::visit_state(StateArchive& archive) {
  archive("step", step);
  archive("eval_mean", eval_mean);
}

bool Candidates::want(double eval_mean) const { return list_.size() < most_ || eval_mean > list_.back().eval_mean; }

void Candidates::add(Candidate candidate) {
  const auto place =
      std::ranges::find_if(list_, [&](const Candidate& other) { return candidate.eval_mean > other.eval_mean; });
  list_.insert(place, std::move(candidate));
  if (list_.size() > most_) list_.resize(most_);
}

std::optional<int64_t> Candidates::best_step() const {
  return list_.empty() ? std::nullopt : std::optional(list_.front().step);
}

void Candidates::write_policies(CheckpointWriter& out) const {
  for (const Candidate& candidate : list_) out.section(section_of(candidate), candidate.policy);
}

void Candidates::read_policies(const Checkpoint& checkpoint) {
  for (Candidate& candidate : list_) candidate.policy = checkpoint.section(section_of(candidate));
}

void Candidates::visit_state(StateArchive& archive) { archive("list", list_); }

}  // namespace sinew

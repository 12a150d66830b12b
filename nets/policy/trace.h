#pragma once
#include <string>
#include <vector>

#include "nets/policy/critic.h"
#include "nets/policy/policy.h"

namespace sinew {

/// One operation of a recorded inference pass.
struct TraceStep {
  std::string operation;        // "affine", or "constant" / "pixels" / "parameter" for an input
  std::string layer;            // the layer that recorded it; may be empty
  std::string source;           // of an input: "observation", a parameter's name, "action.low", …
  std::string result;           // of a wanted output other than the last step: "next_state"
  std::vector<int> inputs;      // indices of earlier steps
  Shape shape;                  // of the result
  std::string activation;       // fused into an affine; else empty
  std::vector<double> scalars;  // the operation's constants; zeros at the end are left out
  std::vector<int> integers;
  int64_t flops = 0;  // multiply-adds count twice
};

/// The exchange form of a network: its operations in order, the last one its result. With memory, the input "state" is
/// the memory before, and the step with the result "next_state" the memory after. Exporters and pictures read this, so
/// a network needs no second description.
struct Trace {
  std::vector<TraceStep> steps;
  int64_t flops() const;
};

/// From one raw observation row to the command. The row's numbers are the step with source "observation"; the bytes of
/// its images are the step with source "images", which the operation `pixels` multiplies by 1/255.
Trace trace_actor(const Policy& policy);
/// From one observation row with normalised numbers (the source "normalized") to its value.
Trace trace_critic(const Policy& policy, const Critic& critic);

/// JSON: a list of objects with the non-empty members of TraceStep.
std::string to_json(const Trace& trace);

}  // namespace sinew

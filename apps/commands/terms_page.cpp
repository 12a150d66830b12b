#include "apps/commands/terms_page.h"

#include <algorithm>

#include "apps/commands/page_text.h"
#include "envs/task/camera_sensor.h"

namespace sinew {
namespace {

constexpr const char* head = R"(# The terms of a task

This page is what `sinew terms --markdown` prints; the command lists your own program's terms too.

A task is a MuJoCo model and a YAML file that names *terms*: what is observed, what an action does, what is rewarded, when an episode ends, how it starts, what is asked for, and what is left to chance. Each term is one row below. An ant that learns to walk as it is told:

```yaml
model: sim/models/ant.xml
frame_skip: 5        # physics steps in an env step
time_limit: 1000     # env steps in an episode
commands:
  walk: {term: velocity, x: [0, 1], yaw: [-0.5, 0.5], zero_probability: 0.1, resample: 5}
observations:
  state:             # the name of a sensor: its numbers are those of its terms, in order
    - joint_pos
    - scale: {of: joint_vel, by: 0.1}
    - noise: {of: {projected_gravity: {body: torso}}, uniform: 0.05}
    - history: {of: last_action, length: 2}
    - command: walk
actions:
  actuators: all     # the default
reward:
  forward: {term: body_velocity, body: torso, weight: 1}
  effort: {term: action_cost, weight: -0.05}
terminate:
  fallen: {term: outside, of: {body_pos: {body: torso, axes: [z]}}, low: 0.3}
reset:
  - uniform: {qpos: 0.1}
randomize:
  - mass: {bodies: [torso], scale: [0.8, 1.2]}
  - push: {body: torso, velocity: 0.5, interval: [2, 4]}
```

A term without parameters is written as its name alone. An entry under `commands`, `reward` and `terminate` has a name of its own, and says `term:` beside the parameters. Keys that do not belong to a term but to its place:

| key | where | what it is |
|---|---|---|
| `term` | `commands`, `reward`, `terminate` | the term's name |
| `weight` | `reward` | what the term's value is multiplied by; 1 unless given |
| `resample` | `commands` | seconds after which the command is drawn again; without it, at the start of an episode only |
| `interval` | `randomize` | `[shortest, longest]` seconds: the change comes again and again in an episode, after times drawn from this range; without it, once at the start |

`extends: other.yaml` takes another task, and what follows says only what differs: maps are merged, an empty value (`state:`) takes a key away, all else is replaced.

`default_pose: {keyframe: NAME, joints: {NAME: m or rad}}` is what positions of joints are relative to; unless given, it is the model's own initial position. Of a keyframe it takes the positions alone; the reset `keyframe` restores all of it. An actuator that no action drives has the control of that keyframe, or 0.

`delay: {observation: [0, 0.02], action: [0.001, 0.002, 0.01], loss: 0.01}` stands for the link to a robot: an action takes over after the delay of the observation that it answers and its own, one after the other, in seconds. Both are drawn in each env step; their sum is rounded up to physics steps. One number is a constant, two are the ends of a range, more are quantiles: of 11, the third is what 20 % of the delays do not exceed. `loss` is the probability that an action never arrives. The newest that has arrived holds; what it has overtaken is dropped. Before the first arrives, the action is 0, or what is nearest to it within its limits. `last_action` and the rewards about actions see what the policy said, whenever it arrives. `delay: link.yaml` is a file of that map, beside the task's file. `sinew replay` has no delay, and envs in C++ take none. Why so: [decision 10](decisions/0010-latency-twin.md).

**When numbers are read.** After an env step, positions and velocities of joints are those of the new state. What MuJoCo derives from them (where bodies and sites are, their velocities, contacts, forces, sensors) is as the last physics step computed it, before its move: one `timestep` behind (with RK4, as at the last of its stages), as in other toolkits on MuJoCo. At the start of an episode the two agree. `cfrc_ext` is computed once after an env step, from the forces of its last physics step, and only in tasks with a term that reads it; after a reset it is 0.

**In the tables**, a parameter with `=` has that default, and one in bold must be given. The unit `1` is that of a plain number; q is the position of a joint, q̇ its velocity, a the action.

**Names.** What is a list of names (`joints`, `bodies`, `geoms`, `actuators`, …) may be one name, and a name may be a pattern: a regular expression that matches whole names, as in Isaac Lab: `joints: "hip_.*"`, `geoms: ["(left|right)_foot", torso]`. An element of exactly that name comes before any pattern. A pattern stands for its elements in the model's order, each once; those that do not fit (a free joint where hinges are meant) it passes over, as `all` does. One that matches nothing is refused. Maps from joints to numbers (`default_pose`, `pose`, `joint_torque`, `kp`) take patterns as keys, too; a joint's own name comes before them. A joint without a name, such as the `<freejoint/>` of a trunk, goes by its body's, where it is that body's only joint. An actuator without one goes by the joint, tendon, site or body that it drives; where that name is not its alone, its kind and, if need be, its number follow: `elbow_velocity`, `elbow_motor_2`.

**Errors.** A name that the model or this page lacks is refused with its place in the file and the nearest name there is.
)";

std::string help_after_colon(const ParameterDoc& parameter) {
  return parameter.help.empty() ? "" : ": " + parameter.help;
}

// "**`length`** (from 1 to 1000)" if required, or "`axis` = `x`".
std::string parameter_markdown(const ParameterDoc& parameter) {
  std::string text = parameter.value.empty() ? fmt::format("**`{}`**", parameter.name)
                                             : fmt::format("`{}` = `{}`", parameter.name, parameter.value);
  if (!parameter.range.empty()) text += fmt::format(" ({})", parameter.range);
  return text + help_after_colon(parameter);
}

std::string parameter_line(const ParameterDoc& parameter) {
  return parameter_text(parameter) + help_after_colon(parameter);
}

std::string joined(const std::vector<ParameterDoc>& parameters, std::string (*write)(const ParameterDoc&),
                   const char* separator) {
  std::vector<std::string> words;
  for (const ParameterDoc& parameter : parameters) words.push_back(write(parameter));
  return join(words, separator);
}

template <class Row>
std::vector<ListedTerm> listed(const std::vector<Row>& table) {
  std::vector<ListedTerm> terms;
  for (const Row& row : table) terms.push_back({row.name, row.doc, row.unit, row.parameters});
  return terms;
}

std::vector<ListedTerm> listed(const std::vector<EnvRow>& table) {
  std::vector<ListedTerm> envs;
  for (const EnvRow& row : table) envs.push_back({row.name, row.doc, "", {}});
  return envs;
}

std::vector<ListedTerm> cameras() {
  return {
      {"camera",
       "what a camera of the model sees at `size` [height, width]; depth, from `range` [nearest, farthest] m, is drawn "
       "or, with `method: rays`, cast without OpenGL; `quality: full` has shadows, reflections and smoothed edges; "
       "`frames`: the last ones, stacked; `covered` sees black",
       "8 bits", list_parameters<CameraConfig>()},
      {"crop", "a step of `process`: the rectangle [top, left, height, width]", "8 bits", {}},
      {"resize", "a step: to one number for both sides, or [height, width]; averages where it shrinks", "8 bits", {}},
      {"grey", "a step: one channel of red, green and blue (Rec. 601); depth stays", "8 bits", {}},
      {"bgr", "a step: red and blue change places", "8 bits", {}},
  };
}

}  // namespace

std::vector<TermKind> list_terms(const TaskRegistry& registry) {
  std::vector<TermKind> kinds = {
      {"observations", "Observations",
       "Numbers that a policy gets. A reward or a termination measures any of them with `of`.",
       listed(registry.observations)},
      {"observations", "Cameras",
       "A sensor that is a map, not a list of terms, is an image: `eye: {camera: front, size: [64, 64]}`. Its frames "
       "go through the steps of `process`, in their order.",
       cameras()},
      {"actions", "Actions", "What the simulation does with the policy's numbers, each within its limits.",
       listed(registry.actions)},
      {"reward", "Rewards", "The reward of a step is Σ weight · value; each is logged under its own name.",
       listed(registry.rewards)},
      {"terminate", "Terminations",
       "What ends an episode for good: no value is expected of what would have come. `time_limit` truncates instead.",
       listed(registry.terminations)},
      {"reset", "Resets", "How an episode starts, one after the other, from the model's initial position at rest.",
       listed(registry.resets)},
      {"commands", "Commands",
       "What the task asks for, drawn at random: observe it with `command`, reward what follows it.",
       listed(registry.commands)},
      {"randomize", "Randomisations",
       "What differs between episodes, before the resets, or at an `interval`. A range `[low, high]` is drawn from "
       "uniformly, and a number alone is both; values of the model are relative to those in its file.",
       listed(registry.randomizations)},
      {"env", "Envs in C++",
       "Whole tasks that `env: NAME` names, in place of a model and terms. `hide: {SENSOR: [LABEL]}` takes numbers of "
       "a sensor away.",
       listed(registry.envs)},
  };
  std::erase_if(kinds, [](const TermKind& kind) { return kind.terms.empty(); });
  return kinds;
}

std::string terms_text(const std::vector<TermKind>& kinds, int width) {
  std::string text;
  for (const TermKind& kind : kinds) {
    text +=
        fmt::format("{}{} ({}:)\n{}", text.empty() ? "" : "\n", kind.title, kind.key, indented(kind.role, 0, width));
    for (const ListedTerm& term : kind.terms) {
      text += fmt::format("\n  {}{}\n{}", term.name, term.unit.empty() ? "" : "  [" + term.unit + "]",
                          indented(term.doc, 6, width));
      if (!term.parameters.empty()) text += indented(joined(term.parameters, parameter_line, "; "), 6, width);
    }
  }
  return text;
}

std::string terms_markdown(const std::vector<TermKind>& kinds) {
  std::string text = head;
  for (const TermKind& kind : kinds) {
    text += fmt::format("\n## {}: `{}`\n\n{}\n", kind.title, kind.key, kind.role);
    text += "\n| name | what it is | unit | parameters |\n|---|---|---|---|\n";
    for (const ListedTerm& term : kind.terms)
      text += fmt::format("| `{}` | {} | {} | {} |\n", term.name, cell(term.doc), cell(term.unit),
                          cell(joined(term.parameters, parameter_markdown, "<br>")));
  }
  return text;
}

}  // namespace sinew

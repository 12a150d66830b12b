// Checkpoints that tests and fuzzers make, and look into, in memory.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agents/run/checkpoint_file.h"

namespace sinew {

/// All that a checkpoint holds.
struct CheckpointContent {
  CheckpointHead head;
  std::map<std::string, std::string> sections;
  std::vector<Segment> segments = {};
  bool operator==(const CheckpointContent&) const = default;
};

inline std::string format_checkpoint(const CheckpointContent& content) {
  std::string text;
  CheckpointWriter out([&](std::string_view bytes) { text += bytes; }, content.head);
  for (const auto& [name, bytes] : content.sections) out.section(name, bytes);
  out.finish(content.segments);
  return text;
}

inline CheckpointContent content_of(const Checkpoint& checkpoint) {
  CheckpointContent content{checkpoint.head(), {}, checkpoint.segments()};
  for (const std::string& name : checkpoint.sections()) content.sections[name] = checkpoint.section(name);
  return content;
}

inline CheckpointContent parse_checkpoint(std::string_view text, const std::string& name) {
  return content_of(Checkpoint(access_text(text), name));
}

}  // namespace sinew

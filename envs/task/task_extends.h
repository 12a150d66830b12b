#pragma once
#include "core/config_node.h"

namespace sinew {

/// A task's YAML may contain `extends: other.yaml` and then only the differences: maps are merged key by key, an empty
/// value (`state:`) removes a key, everything else is replaced. The name is a path relative to the file that contains
/// it, or the name of a task that comes with sinew. Returns the whole task without the key; sets `folder`, the folder
/// of the file, to the one that `model` is relative to. `delay: profile.yaml` in any of these files is replaced by the
/// content of that file. Throws Error for a file that cannot be read, and for a cycle.
ConfigNode resolve_extends(const ConfigNode& task, BaseFolder& folder);

}  // namespace sinew

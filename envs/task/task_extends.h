#pragma once
#include "core/config_node.h"

namespace sinew {

/// A task's YAML may say `extends: other.yaml` and then only what differs: maps are merged key by key, an
/// empty value (`state:`) takes a key away, all else is replaced. The name is a path from the
/// file that says it, or that of a task of ours. Returns the whole task without the key; `folder`, that of the file,
/// becomes the one which the `model` is relative to. Where one of them says `delay: profile.yaml`, what that file says
/// stands in its place. Throws Error for a file that cannot be read, and for a circle.
ConfigNode resolve_extends(const ConfigNode& task, BaseFolder& folder);

}  // namespace sinew

#include "envs/env.h"

#include "core/error.h"

namespace sinew {

void Env::observe_image(int index, std::span<uint8_t>) {
  fail("the env '{}' says that its sensor '{}' is an image, and does not override observe_image()", spec().name,
       spec().sensors[static_cast<size_t>(index)].name);
}

}  // namespace sinew

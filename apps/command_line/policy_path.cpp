#include "apps/command_line/policy_path.h"

#include <filesystem>

#include "apps/command_line/file_argument.h"
#include "core/error.h"
#include "core/input_path.h"

namespace sinew {

std::string policy_path(const std::string& written) {
  namespace fs = std::filesystem;
  const FoundFile found = find_file(written, "", &shipped_policies);
  const std::string& policy = found.path;
  if (!fs::exists(policy))
    fail("there is no policy '{}'{}: give a run folder or a .safetensors file{}", policy, found.looked(),
         suggested_file(policy));
  const fs::path extension = fs::path(policy).extension();
  if (extension == ".yaml" || extension == ".yml")
    fail("'{}' is a YAML file, not a policy: give a run folder or a .safetensors file", policy);
  if (extension == ".checkpoint")
    fail("'{}' is a checkpoint, from which 'train --resume' continues; the policies are in the run folder above it",
         policy);
  if (!fs::is_directory(policy)) return policy;
  for (const char* name : {"best.safetensors", "policy.safetensors"})
    if (fs::exists(fs::path(policy) / name)) return (fs::path(policy) / name).string();
  for (const auto& entry : fs::directory_iterator(policy))
    if (entry.path().filename().string().starts_with("seed_"))
      fail("'{}' holds runs of several seeds; choose one, such as {}", policy, entry.path().string());
  for (const auto& entry : fs::directory_iterator(policy))
    if (entry.path().extension() == ".safetensors")
      fail("the folder '{}' holds policies, but is not a run folder; choose one, such as {}", policy,
           entry.path().string());
  fail("the folder '{}' holds no policy; is it a run folder?", policy);
}

}  // namespace sinew

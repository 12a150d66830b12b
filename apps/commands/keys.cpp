// sinew keys: the keys that control access to a link between computers.
#include "robots/link/keys.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "apps/command_line/terminal.h"
#include "apps/robot_commands.h"
#include "core/error.h"
#include "core/text.h"

namespace sinew {
namespace {

namespace fs = std::filesystem;

struct KeysOptions {
  std::string action, what, as, folder;
  std::string file(const std::string& name) const { return (fs::path(folder) / name).string(); }
  std::string allowed() const { return file("allowed"); }
};

void make_new(const KeysOptions& options) {
  const KeyPair keys = make_key_pair();
  write_key_pair(options.folder, options.what, keys);
  fmt::print("made {} (secret: it stays on this computer)\nmade {}\n\n", options.file(options.what + ".key"),
             options.file(options.what + ".pub"));
  fmt::print(
      "Now let the other side trust it. Run there, with a copy of {0}.pub or with the key itself:\n"
      "  sinew keys allow {0}.pub\n"
      "  sinew keys allow '{1}' --as {0}\n",
      options.what, keys.public_key);
}

void allow(const KeysOptions& options) {
  const bool given = is_key(options.what) && !fs::exists(options.what);
  if (given && options.as.empty()) fail("a key needs a name: 'sinew keys allow KEY --as NAME'");
  const std::string name = options.as.empty() ? fs::path(options.what).stem().string() : options.as;
  const std::string key = given ? options.what : load_public_key(options.what);
  fmt::print("'{}' {}, in {}\n", name,
             allow_key(options.allowed(), {name, key}) ? "is allowed now" : "was allowed before", options.allowed());
}

void forget(const KeysOptions& options) {
  forget_key(options.allowed(), options.what);
  fmt::print("'{}' is no longer allowed; open links stay open until their programs end\n", options.what);
}

// Own key pairs; the row of an unusable pair gives the reason.
std::vector<std::vector<std::string>> own_keys(const std::string& folder) {
  std::vector<std::vector<std::string>> rows;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    if (entry.path().extension() != ".key") continue;
    std::string text;
    try {
      text = load_key_pair(entry.path().string()).public_key;
    } catch (const Error& error) {
      text = error.what();
    }
    rows.push_back({entry.path().stem().string(), text});
  }
  std::ranges::sort(rows);
  return rows;
}

void list(const KeysOptions& options) {
  const auto own = own_keys(options.folder);
  std::vector<std::vector<std::string>> allowed;
  if (fs::exists(options.allowed()))
    for (const AllowedKey& one : load_allow_list(options.allowed()).keys) allowed.push_back({one.name, one.key});
  fmt::print("{}\nown keys{}\n{}", options.folder, own.empty() ? ": none; 'sinew keys new NAME' makes one" : "",
             format_table(own, 2));
  fmt::print("allowed{}\n{}", allowed.empty() ? ": none; 'sinew keys allow NAME.pub' adds one" : "",
             format_table(allowed, 2));
}

struct Action {
  std::string name;
  std::string what;  // the object of the action; "": none
  void (*run)(const KeysOptions&);
};
const std::vector<Action> actions = {
    {"new", "NAME", make_new}, {"allow", "FILE.pub", allow}, {"forget", "NAME", forget}, {"list", "", list}};

int run_keys(KeysOptions options) {
  std::vector<std::string> names;
  for (const Action& action : actions) names.push_back(action.name);
  const auto action = std::ranges::find(actions, options.action, &Action::name);
  if (action == actions.end())
    fail("keys: there is no '{}'{}", shortened(options.action), suggestion(options.action, names));
  if (!action->what.empty() && options.what.empty()) fail("keys {}: {} is required", action->name, action->what);
  if (action->what.empty() && !options.what.empty())
    fail("keys {}: unexpected argument '{}'", action->name, shortened(options.what));
  if (!options.as.empty() && action->name != "allow") fail("keys {}: --as goes with 'allow' alone", action->name);
  if (options.folder.empty()) options.folder = default_key_folder();
  action->run(options);
  return 0;
}

}  // namespace

Command::Work declare_keys(CommandLine& line) {
  auto options = std::make_shared<KeysOptions>();
  line.argument("ACTION", options->action,
                "new NAME: make NAME.key (secret) and NAME.pub; allow FILE.pub, or a key itself: let that side in; "
                "forget NAME: no longer let it in; list: show both");
  line.argument("WHAT", options->what, "a name, or a public key's file", false).is_input();
  line.option("--as", options->as, "NAME", "the name under which it is allowed; by default the file's own");
  line.option("--folder", options->folder, "DIR", "where the keys are, instead of ~/.config/sinew/keys").is_folder();
  line.example(
      "sinew keys new robot         # on the robot; on the policy's computer: new policy. Copy each .pub to the other\n"
      "  sinew keys allow policy.pub  # on the robot; on the policy's computer: allow robot.pub. Now they trust each "
      "other");
  return [options] { return run_keys(*options); };
}

}  // namespace sinew

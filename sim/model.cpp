#include "sim/model.h"

#include <filesystem>

#include "core/error.h"
#include "core/log.h"
#include "core/safe_file.h"
#include "core/text.h"
#include "sim/compat.h"
#include "sim/compile_apart_internal.h"
#include "sim/messages.h"

namespace sinew {
namespace {

struct ElementKind {
  mjtObj type;
  const char* noun;
};
ElementKind kind_of(Model::Element element) {
  switch (element) {
    case Model::Element::body: return {mjOBJ_BODY, "body"};
    case Model::Element::joint: return {mjOBJ_JOINT, "joint"};
    case Model::Element::geom: return {mjOBJ_GEOM, "geom"};
    case Model::Element::site: return {mjOBJ_SITE, "site"};
    case Model::Element::actuator: return {mjOBJ_ACTUATOR, "actuator"};
    case Model::Element::camera: return {mjOBJ_CAMERA, "camera"};
    case Model::Element::sensor: return {mjOBJ_SENSOR, "sensor"};
    case Model::Element::keyframe: return {mjOBJ_KEY, "keyframe"};
    case Model::Element::tendon: return {mjOBJ_TENDON, "tendon"};
    case Model::Element::light: return {mjOBJ_LIGHT, "light"};
    case Model::Element::material: return {mjOBJ_MATERIAL, "material"};
  }
  return {mjOBJ_UNKNOWN, ""};
}

std::string count_of(int n, const std::string& noun) {
  if (n == 1) return "1 " + noun;
  return fmt::format("{} {}", n, noun.ends_with('y') ? noun.substr(0, noun.size() - 1) + "ies" : noun + "s");
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

constexpr size_t most_bytes = size_t{64} << 20;

// "" for what MuJoCo can be asked to read.
std::string why_no_model_file(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return "there is no such file";
  if (fs::is_directory(path, ignored)) return "it is a folder, an MJCF file is needed";
  if (!fs::is_regular_file(path, ignored)) return "it is a device or a pipe, an MJCF file is needed";
  if (fs::file_size(path, ignored) == 0) return "it is empty";
  if (path.extension() == ".yaml" || path.extension() == ".yml")
    return "it is a YAML file, an MJCF or URDF file is needed (a task names its own as 'model')";
  if (fs::file_size(path, ignored) > most_bytes)
    return "it is larger than 64 MiB; put meshes and height fields into files";
  return why_no_model_text(read_file(path.string(), most_bytes));
}

// What to do about the commonest of MuJoCo's messages.
std::string advice_on(const std::string& message) {
  const auto says = [&](const char* part) { return message.find(part) != std::string::npos; };
  if (says("mass and inertia of moving bodies"))
    return "; whatever a joint moves needs a mass: give that body (in a URDF, that link) an <inertial>, or a geom with "
           "a "
           "mass";
  if (says("Unknown mesh file type")) return "; convert the mesh to STL or OBJ and name that file instead";
  if (says("could not open") || says("Error opening file"))
    return "; a mesh is looked for beside the model, or in the compiler's meshdir; of a URDF's package://…/a.stl only "
           "a.stl counts, unless it has <mujoco><compiler strippath=\"false\"/></mujoco>";
  if (says("XML parse error")) return "; the file is not well-formed XML";
  return "";
}

}  // namespace

std::shared_ptr<const Model> Model::load(const std::string& path) {
  catch_mujoco_messages();
  if (const std::string reason = why_no_model_file(path); !reason.empty())
    fail("cannot load the model '{}': {}", path, reason);

  const CompiledModel compiled =
      with_context(fmt::format("cannot load the model '{}'", path), [&] { return compile_apart(path); });
  const std::string message = one_line(compiled.message);
  if (!compiled.model) fail("cannot load the model '{}'; MuJoCo says: {}{}", path, message, advice_on(message));
  if (!message.empty()) log_warning("{}: MuJoCo says: {}", path, message);
  return std::shared_ptr<const Model>(new Model(compiled.model, path));
}

Model::~Model() { mj_deleteModel(model_); }

std::string Model::fingerprint() const {
  const auto size = static_cast<int>(mj_sizeModel(model_));
  std::vector<unsigned char> bytes(static_cast<size_t>(size));
  mj_saveModel(model_, nullptr, bytes.data(), size);
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex_digest();
}

int Model::nq() const { return static_cast<int>(model_->nq); }
int Model::nv() const { return static_cast<int>(model_->nv); }
int Model::nu() const { return static_cast<int>(model_->nu); }
int Model::nsensordata() const { return static_cast<int>(model_->nsensordata); }
double Model::timestep() const { return model_->opt.timestep; }

int Model::count(Element element) const {
  switch (element) {
    case Element::body: return static_cast<int>(model_->nbody);
    case Element::joint: return static_cast<int>(model_->njnt);
    case Element::geom: return static_cast<int>(model_->ngeom);
    case Element::site: return static_cast<int>(model_->nsite);
    case Element::actuator: return static_cast<int>(model_->nu);
    case Element::camera: return static_cast<int>(model_->ncam);
    case Element::sensor: return static_cast<int>(model_->nsensor);
    case Element::keyframe: return static_cast<int>(model_->nkey);
    case Element::tendon: return static_cast<int>(model_->ntendon);
    case Element::light: return static_cast<int>(model_->nlight);
    case Element::material: return static_cast<int>(model_->nmat);
  }
  return 0;
}

std::string Model::name(Element element, int index) const {
  const char* text = mj_id2name(model_, kind_of(element).type, index);
  return text ? text : "";
}

std::vector<std::string> Model::names(Element element) const {
  std::vector<std::string> all;
  for (int i = 0; i < count(element); ++i) all.push_back(name(element, i));
  return all;
}

// MuJoCo finds an element without a name by the name "".
bool Model::has(Element element, const std::string& name) const {
  return !name.empty() && mj_name2id(model_, kind_of(element).type, name.c_str()) >= 0;
}

int Model::find(Element element, const std::string& name) const {
  if (!has(element, name)) throw Error(no_such(element, name));
  return mj_name2id(model_, kind_of(element).type, name.c_str());
}

// "'hopper.xml' has no joint 'thigh_jont'; did you mean 'thigh_joint'? It has: rootx, rootz, …"
std::string Model::no_such(Element element, const std::string& name) const {
  constexpr size_t most_listed = 12;
  const char* noun = kind_of(element).noun;
  std::string text = fmt::format("'{}' has no {} '{}'", path_, noun, name);
  std::vector<std::string> known = names(element);
  if (known.empty()) return text + fmt::format(", nor any other {}", noun);
  std::erase(known, "");
  if (known.empty())
    return text +
           fmt::format(": it has {}, but without a name; give it one in the file", count_of(count(element), noun));
  const std::string near = nearest(name, known);
  text += near.empty() ? "; it has: " : fmt::format("; did you mean '{}'? It has: ", near);
  const size_t more = known.size() > most_listed ? known.size() - most_listed : 0;
  known.resize(known.size() - more);
  return text + join(known) + (more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace sinew

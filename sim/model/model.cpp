#include "sim/model/model.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "core/error.h"
#include "core/log.h"
#include "core/safe_file.h"
#include "core/text.h"
#include "sim/compat.h"
#include "sim/model/compile_in_child_internal.h"
#include "sim/model/model_diagnosis_internal.h"
#include "sim/model/model_sources.h"
#include "sim/model/urdf_internal.h"
#include "sim/mujoco_messages.h"

namespace sinew {
namespace {

struct ElementKind {
  mjtObj type;
  const char* noun;
};
ElementKind element_kind(Model::Element element) {
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

constexpr size_t most_source_bytes = size_t{64} << 20;

// Why the file cannot hold a model; "" if it may.
std::string why_no_model_file(const std::filesystem::path& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return "there is no such file";
  if (fs::is_directory(path, ignored)) return "it is a folder, an MJCF file is needed";
  if (!fs::is_regular_file(path, ignored)) return "it is a device or a pipe, an MJCF file is needed";
  if (fs::file_size(path, ignored) == 0) return "it is empty";
  if (path.extension() == ".yaml" || path.extension() == ".yml")
    return "it is a YAML file, an MJCF or URDF file is needed (a task names its own as 'model')";
  if (fs::file_size(path, ignored) > most_source_bytes)
    return "it is larger than 64 MiB; put meshes and height fields into files";
  return "";
}

// Names go into files that are UTF-8. An old exporter may have written other text, whatever the file's first line
// declares.
void check_names(const mjModel& model, const std::string& path) {
  const std::string_view names(model.names, static_cast<size_t>(model.nnames));
  for (size_t begin = 0; begin < names.size();) {
    const size_t end = std::min(names.find('\0', begin), names.size());
    std::string name(names.substr(begin, end - begin));
    begin = end + 1;
    if (is_utf8(name)) continue;
    for (char& c : name)
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    fail("cannot load the model '{}': its name '{}' is not UTF-8 text; save the file, and those it includes, as UTF-8",
         path, name);
  }
}

}  // namespace

std::shared_ptr<const Model> Model::load(const std::string& named) {
  catch_mujoco_messages();
  const std::string path = place_of_model(named);
  std::string text, reason = why_no_model_file(path);
  if (reason.empty()) {
    text = read_file(path, most_source_bytes);
    reason = why_no_model_text(text);
  }
  if (!reason.empty()) fail("cannot load the model '{}': {}", path, reason);

  // An MJCF is scanned only if MuJoCo refuses it; a URDF contains more than MuJoCo reads.
  XmlScan scan;
  std::string more;
  if (text.find("<robot") != std::string::npos) scan = scan_xml(path, text);
  if (scan.is_urdf()) {
    refuse_xacro(scan);
    more = mjcf_for_mimics(scan);
  }
  const CompiledModel compiled =
      with_context(fmt::format("cannot load the model '{}'", path), [&] { return compile_in_child(path, more); });
  const std::string message = one_line(compiled.message);
  if (!compiled.model)
    fail("cannot load the model '{}'; MuJoCo {} says: {}{}", path, mujoco_version(), message,
         diagnosis(scan.elements.empty() ? scan_xml(path, text) : scan, message));
  if (!message.empty()) log_warning("{}: MuJoCo says: {}", path, message);
  std::shared_ptr<Model> model(new Model(compiled.model, path));
  check_names(model->raw(), path);
  if (scan.is_urdf()) {
    model->is_urdf_ = true;
    model->dropped_ = dropped_of_urdf(scan);
    model->urdf_effort_ = effort_limits_of_urdf(scan);
  }
  return model;
}

Model::Model(mjModel_* model, std::string path)
    : model_(model), path_(std::move(path)), actuators_(names_of_actuators()) {}

Model::~Model() { mj_deleteModel(model_); }

std::string Model::fingerprint() const {
  const auto size = static_cast<int>(mj_sizeModel(model_));
  std::vector<unsigned char> bytes(static_cast<size_t>(size));
  mj_saveModel(model_, nullptr, bytes.data(), size);
  Sha256 hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex_digest();
}

ModelIdentity Model::identity() const {
  return {.engine = fmt::format("MuJoCo {}", mj_versionString()),
          .fingerprint = fingerprint(),
          .sources = hash_of_sources(path_)};
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
  const char* text = mj_id2name(model_, element_kind(element).type, index);
  return text ? text : "";
}

std::vector<std::string> Model::names(Element element) const {
  std::vector<std::string> all;
  for (int i = 0; i < count(element); ++i) all.push_back(name(element, i));
  return all;
}

std::string Model::called(Element element, int index) const {
  if (element == Element::actuator) return actuators_[static_cast<size_t>(index)];
  const std::string own = name(element, index);
  if (!own.empty() || element != Element::joint) return own;
  const std::string of_body = name(Element::body, model_->jnt_bodyid[index]);
  return index_of(Element::joint, of_body) == index ? of_body : "";
}

// -1: there is none. MuJoCo would find an unnamed element by the name "".
int Model::index_of(Element element, const std::string& name) const {
  if (name.empty()) return -1;
  const int index = mj_name2id(model_, element_kind(element).type, name.c_str());
  if (index >= 0) return index;
  if (element == Element::actuator) {
    const auto found = std::ranges::find(actuators_, name);
    return found == actuators_.end() ? -1 : static_cast<int>(found - actuators_.begin());
  }
  if (element != Element::joint) return -1;
  const int body = mj_name2id(model_, mjOBJ_BODY, name.c_str());
  if (body < 0 || model_->body_jntnum[body] != 1) return -1;
  const int only = model_->body_jntadr[body];
  return this->name(Element::joint, only).empty() ? only : -1;
}

bool Model::has(Element element, const std::string& name) const { return index_of(element, name) >= 0; }

int Model::find(Element element, const std::string& name) const {
  const int index = index_of(element, name);
  if (index < 0) throw Error(no_such(element, name));
  return index;
}

std::string Model::no_such(Element element, const std::string& name) const {
  constexpr size_t most_listed = 12;
  const char* noun = element_kind(element).noun;
  std::string text = fmt::format("'{}' has no {} '{}'", path_, noun, name);
  std::vector<std::string> known;
  for (int i = 0; i < count(element); ++i) known.push_back(called(element, i));
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

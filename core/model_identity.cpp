#include "core/model_identity.h"

#include "core/config_node.h"

namespace sinew {

bool is_same_model(const ModelIdentity& a, const ModelIdentity& b) {
  if (a.engine == b.engine || a.engine.empty() || b.engine.empty())
    return a.fingerprint == b.fingerprint || a.fingerprint.empty() || b.fingerprint.empty();
  return a.sources == b.sources;
}

std::string to_text(const ModelIdentity& model) {
  if (model.fingerprint.empty()) return "";
  ConfigNode node = ConfigNode::map();
  node.set("engine", ConfigNode::scalar(model.engine));
  node.set("fingerprint", ConfigNode::scalar(model.fingerprint, true));
  node.set("sources", ConfigNode::scalar(model.sources, true));
  return node.to_yaml();
}

ModelIdentity model_identity_of(const std::string& text) {
  if (text.find(':') == std::string::npos) return {.engine = "", .fingerprint = text, .sources = ""};
  const ConfigNode node = ConfigNode::parse_text(text, "the model");
  const auto word = [&](const char* key) {
    const ConfigNode* value = node.find(key);
    return value ? value->text() : "";
  };
  return {.engine = word("engine"), .fingerprint = word("fingerprint"), .sources = word("sources")};
}

}  // namespace sinew

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "fastccg/error.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "protocols/generate_content/config.hpp"
#include "protocols/generate_content/contents.hpp"
#include "protocols/generate_content/generate_content.hpp"
#include "protocols/generate_content/overlay.hpp"
#include "protocols/generate_content/path.hpp"
#include "protocols/generate_content/schema.hpp"
#include "protocols/shared/prefill.hpp"
#include "protocols/shared/tool_choice.hpp"

namespace fastccg::protocols::generate_content {

namespace {

[[noreturn]] void refuse(ErrorKind kind, std::string why) { throw_error(Error(kind, std::move(why))); }

/// Writes one request.
class Body {
 public:
  Body(const Request& request, const Dialect& dialect, Rendered& rendered)
      : request_(request),
        settings_(request.settings),
        family_(request.model.id),
        overlay_(request.settings),
        dialect_(dialect),
        rendered_(rendered) {}

  void write() {
    ConfigWriter config(request_, family_, overlay_, rendered_.warnings);
    ContentsWriter contents(request_, dialect_, family_, config.instructions(), out_, rendered_.warnings);
    out_.begin_object();
    if (!overlay_.replaces("contents")) {
      out_.key("contents");
      contents.write_contents();
    }
    if (contents.has_system() && may_instruct("sys_prompt") && !overlay_.replaces("systemInstruction")) {
      out_.key("systemInstruction");
      contents.write_system();
    }
    write_tools();
    write_object("generationConfig", config.write());
    if (settings_.metadata() && !settings_.metadata()->empty())
      warn("metadata", "the provider does not take it; it was left out");
    if (settings_.cache_prompt())
      warn("cache_prompt", "the provider caches on its own and cannot be told what; it was left out");
    overlay_.write_rest(out_);
    out_.end_object();
    rendered_.body = out_.take();
  }

 private:
  void warn(const char* setting, std::string why) { rendered_.warnings.emplace_back(setting, std::move(why)); }

  /// Cached content brings its own instructions and tools, and a request that has any beside it is refused.
  bool may_instruct(const char* setting) {
    if (!overlay_.replaces("cachedContent")) return true;
    warn(setting, "the cached content has its own; it was left out");
    return false;
  }

  void write_object(std::string_view name, const std::string& json) {
    if (json != "{}" && !overlay_.replaces(name)) out_.key(name).raw(json);
  }

  void write_tools() {
    const auto& tools = settings_.tools();
    const auto choice = shared::tool_choice(settings_, rendered_.warnings);
    const bool has_tools = tools && !tools->empty() && may_instruct("tools");
    if (has_tools && !overlay_.replaces("tools")) {
      out_.key("tools").begin_array().begin_object().key("functionDeclarations").begin_array();
      for (const auto& tool : *tools) write_tool(tool);
      out_.end_array().end_object().end_array();
    }
    json::Writer config;
    config.begin_object();
    if (has_tools && !overlay_.replaces("toolConfig", "functionCallingConfig"))
      write_tool_choice(choice.value_or(ToolChoice()), *tools, config);
    overlay_.write_into("toolConfig", config);
    config.end_object();
    write_object("toolConfig", config.text());
  }

  void write_tool(const Tool& tool) {
    if (!is_tool_name(tool.name))
      refuse(ErrorKind::invalid_request,
             "the provider does not take the tool name '" + tool.name +
                 "'; begin it with a letter or '_' and use letters, digits, '_' and '-' only");
    out_.begin_object().member("name", tool.name);
    if (!tool.description.empty()) out_.member("description", tool.description);
    write_parameters(tool);
    out_.end_object();
  }

  void write_parameters(const Tool& tool) {
    if (tool.parameters.find_first_not_of(" \t\r\n") == std::string::npos) return;
    json::BorrowedReader reader;
    const auto schema = reader->parse(tool.parameters);
    if (!schema || !schema->is_object())
      refuse(ErrorKind::usage, "the parameters of the tool '" + tool.name + "' are not a JSON object");
    // A tool without arguments is declared without a schema: an object without properties is refused by some models.
    if ((*schema)["properties"].size() == 0 && !(*schema)["$ref"] && !(*schema)["anyOf"] && !(*schema)["oneOf"] &&
        !(*schema)["allOf"] && !(*schema)["additionalProperties"].is_object())
      return;
    std::set<std::string> left_out;
    out_.key("parametersJsonSchema").raw(adapted_schema(*schema, left_out));
    for (const auto& keyword : left_out)
      warn("tools",
           "the provider does not know the keyword '" + keyword + "'; it was left out of the tool '" + tool.name + "'");
  }

  /// Whether calls shall be held to their schema, and can be. The provider knows this for all tools together only.
  bool is_strict(const std::vector<Tool>& tools) {
    if (std::ranges::none_of(tools, [](const Tool& tool) { return tool.strict.value_or(false); })) return false;
    if (!family_.validates_calls) warn("tools", "the model does not know strict; it was left out");
    return family_.validates_calls;
  }

  void write_tool_choice(const ToolChoice& choice, const std::vector<Tool>& tools, json::Writer& config) {
    if (settings_.parallel_tools() == false)
      warn("parallel_tools", "the provider cannot be told to call one tool at a time; it was left out");
    using Mode = ToolChoice::Mode;
    const auto mode = choice.mode();
    const bool strict = mode != Mode::none && is_strict(tools);
    if (mode == Mode::automatic && !strict && !settings_.tool_choice()) return;

    config.key("functionCallingConfig").begin_object();
    config.member("mode", mode == Mode::none        ? "NONE"
                          : mode != Mode::automatic ? "ANY"
                          : strict                  ? "VALIDATED"
                                                    : "AUTO");
    if (mode == Mode::named) config.key("allowedFunctionNames").begin_array().string(choice.name()).end_array();
    config.end_object();
  }

  const Request& request_;
  const Settings& settings_;
  const Family family_;
  const Overlay overlay_;
  const Dialect& dialect_;
  Rendered& rendered_;
  json::Writer out_;
};

}  // namespace

Rendered GenerateContent::render(const Request& request, const Dialect& dialect) const {
  Rendered rendered;
  rendered.path = model_path(request.model.id);
  rendered.path += request.stream ? ":streamGenerateContent?alt=sse" : ":generateContent";
  shared::check_prefill(request, dialect);
  Body(request, dialect, rendered).write();
  return rendered;
}

}  // namespace fastccg::protocols::generate_content

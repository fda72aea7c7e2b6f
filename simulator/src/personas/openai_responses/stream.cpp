#include <boost/json/serialize.hpp>

#include "engine/tokens.hpp"
#include "model/json_at.hpp"
#include "personas/openai_responses/openai_responses.hpp"

namespace fastccg::sim::openai_responses {
namespace {

// The deltas of a text: what stands before and behind the piece is written once.
class DeltaShape {
 public:
  DeltaShape(std::string_view type, std::string members, bool has_logprobs)
      : open("event: " + std::string(type) + "\ndata: {\"type\":\"" + std::string(type) + "\"," + std::move(members)),
        logprobs(has_logprobs ? ",\"logprobs\":[]" : "") {}

  std::string open;
  std::string_view logprobs;
};

class StreamWriter {
 public:
  StreamWriter(const Rendered& rendered, bool obfuscated, std::uint64_t identity)
      : rendered_(rendered), obfuscated_(obfuscated), random_(identity + 11) {}

  std::vector<Event> write(bool in_background) {
    add_status("response.created", in_background ? "queued" : "in_progress");
    if (in_background) add_status("response.queued", "queued");
    add_status("response.in_progress", "in_progress");
    for (const auto& value : rendered_.output) {
      write_item(value.get_object());
      ++index_;
    }
    const auto status = rendered_.final_status();
    add_status("response." + std::string(status), status);
    return std::move(events_);
  }

 private:
  void add_status(const std::string& type, std::string_view status) {
    add({{"type", type}, {"response", rendered_.with_status(status)}});
  }

  void write_item(const json::object& item) {
    const auto type = text_at(item, "type");
    item_id_ = text_at(item, "id");
    auto begun = item;
    if (type != "reasoning") begun["status"] = "in_progress";
    if (type == "message") begun["content"] = json::array();
    if (type == "reasoning") begun["summary"] = json::array();
    if (type == "function_call") begun["arguments"] = "";
    add({{"type", "response.output_item.added"}, {"output_index", index_}, {"item", std::move(begun)}});
    if (type == "message") write_content(array_at(item, "content"));
    if (type == "reasoning") write_summary(array_at(item, "summary"));
    if (type == "function_call") write_arguments(item);
    add({{"type", "response.output_item.done"}, {"output_index", index_}, {"item", item}});
  }

  void write_content(const json::array& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto& part = parts[i].get_object();
      const bool is_refusal = text_at(part, "type") == "refusal";
      const auto* member = is_refusal ? "refusal" : "text";
      const std::string text(text_at(part, member));
      auto begun = part;
      begun[member] = "";
      if (!is_refusal) begun["logprobs"] = json::array();
      add(placed("response.content_part.added", "content_index", i, {{"part", std::move(begun)}}));
      const std::string kind = is_refusal ? "response.refusal" : "response.output_text";
      write_deltas(kind + ".delta", "content_index", i, text, !is_refusal);
      json::object end{{member, text}};
      if (!is_refusal) end["logprobs"] = part.at("logprobs");
      add(placed(kind + ".done", "content_index", i, std::move(end)));
      add(placed("response.content_part.done", "content_index", i, {{"part", part}}));
    }
  }

  void write_summary(const json::array& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto& part = parts[i].get_object();
      const std::string text(text_at(part, "text"));
      add(placed("response.reasoning_summary_part.added", "summary_index", i,
                 {{"part", {{"type", "summary_text"}, {"text", ""}}}}));
      write_deltas("response.reasoning_summary_text.delta", "summary_index", i, text, false);
      add(placed("response.reasoning_summary_text.done", "summary_index", i, {{"text", text}}));
      add(placed("response.reasoning_summary_part.done", "summary_index", i, {{"part", part}}));
    }
  }

  void write_arguments(const json::object& item) {
    const std::string arguments(text_at(item, "arguments"));
    write_deltas("response.function_call_arguments.delta", "", 0, arguments, false);
    add({{"type", "response.function_call_arguments.done"},
         {"item_id", item_id_},
         {"output_index", index_},
         {"name", text_at(item, "name")},
         {"arguments", arguments}});
  }

  json::object placed(const std::string& type, const char* index_name, std::size_t index, json::object more) const {
    json::object data{{"type", type}, {"item_id", item_id_}, {"output_index", index_}, {index_name, index}};
    for (auto& member : more) data[member.key()] = std::move(member.value());
    return data;
  }

  void write_deltas(const std::string& type, std::string_view index_name, std::size_t index, std::string_view text,
                    bool has_logprobs) {
    auto members = "\"item_id\":" + in_quotes(item_id_) + ",\"output_index\":" + std::to_string(index_);
    if (!index_name.empty()) members += ",\"" + std::string(index_name) + "\":" + std::to_string(index);
    const DeltaShape shape(type, std::move(members), has_logprobs);
    for (const auto token : tokenize(text)) {
      auto frame = shape.open + ",\"delta\":" + in_quotes(token) + std::string(shape.logprobs) +
                   ",\"sequence_number\":" + std::to_string(events_.size());
      // Padding of random length, as the service sends it.
      if (obfuscated_) frame += ",\"obfuscation\":\"" + random_.letters(1 + random_.below(16)) + "\"";
      events_.emplace_back(frame + "}\n\n", true);
    }
  }

  void add(json::object data) { events_.emplace_back(frame(std::move(data), events_.size()), false); }

  const Rendered& rendered_;
  bool obfuscated_;
  Random random_;
  std::size_t index_ = 0;
  std::string item_id_;
  std::vector<Event> events_;
};

}  // namespace

std::string frame(json::object data, std::size_t sequence_number) {
  data["sequence_number"] = sequence_number;
  return "event: " + std::string(text_at(data, "type")) + "\ndata: " + json::serialize(data) + "\n\n";
}

std::vector<Event> render_events(const Rendered& rendered, bool obfuscated, bool in_background,
                                 std::uint64_t identity) {
  return StreamWriter(rendered, obfuscated, identity).write(in_background);
}

}  // namespace fastccg::sim::openai_responses

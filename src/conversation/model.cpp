#include "fastccg/model.hpp"

#include <utility>

#include "access/make_target.hpp"
#include "conversation/ask_call.hpp"
#include "conversation/conversation.hpp"
#include "conversation/stream_source.hpp"
#include "session/session.hpp"

namespace fastccg {

Model::Model(std::shared_ptr<detail::Conversation> conversation) : conversation_(std::move(conversation)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

Reply Model::ask(Prompt prompt) { return ask_async(std::move(prompt)).get(); }
Reply Model::ask(Prompt prompt, Settings settings) { return ask_async(std::move(prompt), std::move(settings)).get(); }

Operation<Reply> Model::ask_async(Prompt prompt) { return ask_async(std::move(prompt), Settings()); }

Operation<Reply> Model::ask_async(Prompt prompt, Settings settings) {
  return Operation<Reply>(
      std::make_shared<detail::AskCall>(conversation_, std::move(prompt.message), std::move(settings)));
}

Stream Model::ask_stream(Prompt prompt) { return ask_stream(std::move(prompt), Settings()); }

Stream Model::ask_stream(Prompt prompt, Settings settings) {
  return Stream(std::make_shared<detail::StreamSource>(conversation_, std::move(prompt.message), std::move(settings)));
}

Model& Model::sys_prompt(std::string text) {
  conversation_->change_settings([&](Settings& s) { s.sys_prompt(std::move(text)); });
  return *this;
}

Model& Model::temperature(double value) {
  conversation_->change_settings([&](Settings& s) { s.temperature(value); });
  return *this;
}

Model& Model::max_tokens(std::int64_t value) {
  conversation_->change_settings([&](Settings& s) { s.max_tokens(value); });
  return *this;
}

Model& Model::timeouts(Timeouts value) {
  conversation_->change_settings([&](Settings& s) { s.timeouts(value); });
  return *this;
}

Model& Model::retries(Retries value) {
  conversation_->change_settings([&](Settings& s) { s.retries(value); });
  return *this;
}

Model& Model::settings(Settings value) {
  conversation_->change_settings([&](Settings& s) { s = std::move(value); });
  return *this;
}

Settings Model::settings() const { return conversation_->settings(); }

Model& Model::reply_filter(std::function<std::string(std::string)> filter) {
  using Filter = std::function<std::string(std::string)>;
  conversation_->set_filter(filter ? std::make_shared<const Filter>(std::move(filter)) : nullptr);
  return *this;
}

Model& Model::fallbacks(const std::vector<Fallback>& models) {
  std::vector<std::shared_ptr<const Target>> targets;
  targets.reserve(models.size());
  for (const auto& model : models) targets.push_back(detail::make_target(model.name(), model.key(), model.endpoint()));
  conversation_->set_fallbacks(std::move(targets));
  return *this;
}

Model& Model::add_observer(std::shared_ptr<CallObserver> observer) {
  conversation_->observers().add(std::move(observer));
  return *this;
}

Model& Model::remove_observer(const std::shared_ptr<CallObserver>& observer) {
  conversation_->observers().remove(observer);
  return *this;
}

Model& Model::reset() {
  conversation_->reset();
  return *this;
}

Model& Model::append_prompt(Prompt prompt) { return append({std::move(prompt.message)}); }
Model& Model::append_response(std::string text) { return append({Message::assistant(std::move(text))}); }

Model& Model::append(std::vector<Message> messages) {
  conversation_->append(std::move(messages));
  return *this;
}

Model& Model::set_history(std::vector<Message> messages) {
  conversation_->set_history(std::move(messages));
  return *this;
}

Model& Model::clear_history() {
  conversation_->clear_history();
  return *this;
}

std::vector<Message> Model::get_history() const { return conversation_->history(); }
ModelInfo Model::model_info() const { return conversation_->target()->model; }
std::string Model::name() const { return conversation_->target()->name(); }
Model Model::fork() const { return Model(conversation_->fork()); }

void Model::save(const std::string& path) const {
  if (conversation_->autosaves_to(path)) return conversation_->flush();
  session::write_atomically(path, session::render(conversation_->state()));
}

Model& Model::autosave(const std::string& path) {
  conversation_->autosave(path);
  return *this;
}

void Model::flush() { conversation_->flush(); }
std::vector<Warning> Model::session_warnings() const { return conversation_->warnings(); }

}  // namespace fastccg

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fastccg/catalog.hpp"
#include "fastccg/endpoint.hpp"
#include "fastccg/key.hpp"
#include "fastccg/message.hpp"
#include "fastccg/observer.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/reply.hpp"
#include "fastccg/settings.hpp"
#include "fastccg/stream.hpp"

namespace fastccg {

class Fallback;

namespace detail {
class Conversation;
}

/// A model at a provider, the settings to ask it with, and the conversation so far.
///
/// A turn is a transaction. A call takes the conversation and the settings as they are when it starts; its question and
/// its answer enter the history together when it ends. Turns stand in the order in which they were asked. Calls that run
/// at the same time do not see each other. What a call leaves behind depends on how it ends:
///
///     complete                                                   the turn
///     error, or cancelled, before any text arrived               nothing
///     error, cancelled, or stream abandoned, after some text     the turn with that text, marked interrupted
///
/// so the history can always be sent again. That goes for tools, too: if something else is asked while a call of the
/// model's has no result, the model is told that it was not carried out, and the reply has a warning; the history goes on
/// waiting for the result.
///
/// A model can be used from several threads at once. It can be moved but not copied; see `fork`. Destroying it leaves
/// calls that are under way alone: they belong to their operations and streams.
class Model {
 public:
  explicit Model(std::shared_ptr<detail::Conversation> conversation);
  Model(Model&&) noexcept;
  Model& operator=(Model&&) noexcept;
  ~Model();

  /// Asks and waits for the whole answer, blocking the calling thread.
  Reply ask(Prompt prompt);
  Reply ask(Prompt prompt, Settings settings);

  /// Asks when it is awaited.
  Operation<Reply> ask_async(Prompt prompt);
  Operation<Reply> ask_async(Prompt prompt, Settings settings);

  /// Asks when it is first read, and yields the answer as the model writes it.
  Stream ask_stream(Prompt prompt);
  Stream ask_stream(Prompt prompt, Settings settings);

  /// The settings of all calls that start from now on. Each returns the model, so that they can be chained.
  /// They throw `UsageError` for a value that no provider could accept.
  Model& sys_prompt(std::string text);
  Model& temperature(double value);
  Model& max_tokens(std::int64_t value);
  Model& timeouts(Timeouts value);
  Model& retries(Retries value);
  /// Replaces all settings at once.
  Model& settings(Settings value);
  Settings settings() const;

  /// A function that every reply's text goes through before the caller and the history get it. It is called once per
  /// reply with the whole text; the chunks of a stream are not filtered. An empty function removes the filter.
  /// It runs where the reply is waited for, on the thread that blocks or that the coroutine goes on on, never under a
  /// lock. What it throws, the call throws, and the history gets nothing. A reply that nobody takes is not filtered, and
  /// leaves nothing either. The text of a turn that was interrupted, in the history and in `Error::partial`, is no whole
  /// reply and does not go through it.
  Model& reply_filter(std::function<std::string(std::string)> filter);

  /// Models to ask, in this order, when this one fails in a way that another need not: it is overloaded, rate limited
  /// for longer than `Retries` allow, out of quota, unknown or retired; its server fails, cannot be reached, is too slow
  /// (every deadline but the total one), or sends what cannot be understood. Not when the caller has to mend something
  /// (key, permission, request, too long a conversation), when a policy has stopped the request, or when a certificate
  /// cannot be trusted. And never after output has reached the caller.
  ///
  /// Each has the attempts that `Retries` allow; the total deadline spans all. The request is rendered anew for each, with
  /// the same settings. Reply and history name the model that has answered, and the reply has a warning for each that has
  /// not; an error is the last one's and names the others. An empty list ends it. Fallbacks are not saved with the
  /// session, since their keys and addresses are not.
  /// Throws `UsageError` and `MissingKey` as `init_model` does, and then changes nothing.
  Model& fallbacks(const std::vector<Fallback>& models);

  /// Lets `observer` hear of all calls of this model that start from now on; see `fastccg/observer.hpp`. A fork has the
  /// same observers, and `reset` leaves them. Throws `UsageError` if it is null.
  Model& add_observer(std::shared_ptr<CallObserver> observer);
  /// Does nothing if it was not added to this model.
  Model& remove_observer(const std::shared_ptr<CallObserver>& observer);

  /// Clears the conversation and all settings, filter and fallbacks included. Calls that are under way go on, but the cleared
  /// history does not get their turns.
  Model& reset();

  /// Adds a message of the user or of the assistant by hand, as if it had been said. Throws `InvalidRequest` for the
  /// result of a tool that no call waits for.
  Model& append_prompt(Prompt prompt);
  Model& append_response(std::string text);
  /// Adds messages that belong together, such as a question and its answer: they stay so, whatever other calls do.
  Model& append(std::vector<Message> messages);

  /// The conversation: a copy, in the order in which things were asked. The system prompt is a setting, not in it.
  std::vector<Message> get_history() const;
  /// Replaces the conversation, for example by a shorter one. Settings stay. Calls that are under way put their turns
  /// behind it. Throws `InvalidRequest` as `append_prompt` does, and then changes nothing.
  Model& set_history(std::vector<Message> messages);
  /// Clears the conversation and nothing else. Calls that are under way go on, but the cleared history does not get their
  /// turns.
  Model& clear_history();

  /// The model's catalogue entry.
  ModelInfo model_info() const;
  /// "provider/name".
  std::string name() const;

  /// An independent model with a copy of the conversation, the settings, the filter, the fallbacks and the key.
  Model fork() const;

  /// Writes settings and conversation to a file that `load_model` reads (`docs/session-format.md`). The file is replaced
  /// in one step, so that it is never half-written, and only its owner can read it (mode 0600). The key and the filter
  /// are not in it. Throws `SessionError` if the file cannot be written; the old one is then intact. A journal that this
  /// model autosaves to has everything already and stays one: it is only flushed.
  void save(const std::string& path) const;

  /// Writes the conversation and the settings to a journal at `path` from now on, so that they survive the process being
  /// killed at any instant (`docs/session-format.md`). Where there is no file it makes one, mode 0600, without the key and
  /// the filter. Where there is a journal it goes on with it:
  ///
  /// - A model without turns takes over the journal's. Its settings are the journal's, with those that were set on the
  ///   model laid over them.
  /// - A model whose history begins with the journal's turns, such as one that `load_model(path)` has made, goes on from
  ///   there, with its own settings.
  /// - Any other throws `SessionError`, and so does a file that is no journal or that is damaged. Nothing is then changed.
  ///
  /// When a call returns or throws, and when a stream has given its end, its turn is on the disk. The wait for the disk
  /// holds up nobody else, and calls that end at the same time share it. What changes the history by hand and `reset`
  /// wait as well; settings are written with the next turn. A stream that is closed or destroyed early does not block: its
  /// turn is written soon after.
  ///
  /// If the journal cannot be written, because the disk is full for example, the call gives its reply all the same, with
  /// a `Warning` whose setting is "autosave". What was not written is kept and tried again with the next turn, with
  /// `flush`, and when the model is destroyed. What changes the history by hand and `reset`, which have no reply, throw
  /// `SessionError`; the change has been made nevertheless.
  ///
  /// One model at a time writes a journal: another one, in this process or not, gets a `SessionError`. Any may read it with
  /// `load_model`. A second path replaces the first; an empty one ends autosaving. A fork has no journal.
  Model& autosave(const std::string& path);

  /// Waits until everything that happened up to now is in the journal; without a journal it does nothing. Throws
  /// `SessionError` if it cannot be written. Blocks on the disk.
  void flush();

  /// What was mended when the session was loaded, such as the torn end of a journal, and what keeps the journal from
  /// being written at the moment. Usually empty.
  std::vector<Warning> session_warnings() const;

 private:
  std::shared_ptr<detail::Conversation> conversation_;
};

/// A model to ask when another fails. Converts from a name, "provider/name".
class Fallback {
 public:
  Fallback(const char* name) : name_(name) {}
  Fallback(std::string name) : name_(std::move(name)) {}
  Fallback(ModelName name) : name_(name.text()) {}
  /// With a key or an address of its own; without, they are found as `init_model` does.
  Fallback(std::string_view name, ApiKey key, Endpoint endpoint = Endpoint())
      : name_(name), key_(std::move(key)), endpoint_(std::move(endpoint)) {}

  const std::string& name() const noexcept { return name_; }
  const ApiKey& key() const noexcept { return key_; }
  const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  std::string name_;
  ApiKey key_;
  Endpoint endpoint_;
};

/// Makes a model with an empty conversation. `name` is "provider/name" (or one of `fastccg::models`); the name need not
/// be listed. The key is the one given, or the one added for the provider, or the one in the environment variable that
/// the provider's own library reads. The address is the one given, or the provider's variable, or the provider's own.
/// Throws `UsageError` for an unknown provider or a bad address, and `MissingKey` if there is no key.
Model init_model(ModelName name, ApiKey key = ApiKey(), Endpoint endpoint = Endpoint());
Model init_model(std::string_view name, ApiKey key = ApiKey(), Endpoint endpoint = Endpoint());

/// Makes a model from a file that `save` wrote, from a journal of `autosave`, or from a file of the original Python
/// package. The file is verified before anything is made of it, and only read: to go on with a journal, call `autosave`
/// with the same path. The torn end that a crash may leave in a journal is dropped; `session_warnings` says so. Throws
/// `SessionError` with the line or field if the file cannot be used, and what `init_model` throws.
Model load_model(const std::string& path, ApiKey key = ApiKey(), Endpoint endpoint = Endpoint());

}  // namespace fastccg

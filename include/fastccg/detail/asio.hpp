#pragma once

/// The machinery behind `<fastccg/asio.hpp>`.

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

#include "fastccg/executor.hpp"
#include "fastccg/operation.hpp"

namespace fastccg::detail {

/// A wait whose handler belongs to an execution context.
class AsioEntry : public std::enable_shared_from_this<AsioEntry> {
 public:
  virtual ~AsioEntry() = default;
  /// Destroys the handler uncalled. No member of the context is touched any more after this.
  virtual void drop() noexcept = 0;
};

/// The waits of one execution context. It outlives the context if some of them do.
class AsioRegistry {
 public:
  using Node = std::list<AsioEntry*>;

  void add(Node& node) {
    const std::lock_guard lock(mutex_);
    entries_.splice(entries_.end(), node);
  }
  void remove(Node::iterator entry) noexcept {
    Node removed;
    const std::lock_guard lock(mutex_);
    removed.splice(removed.end(), entries_, entry);
  }
  void drop_all() {
    std::vector<std::shared_ptr<AsioEntry>> entries;
    {
      const std::lock_guard lock(mutex_);
      for (auto* entry : entries_)
        if (auto alive = entry->weak_from_this().lock()) entries.push_back(std::move(alive));
    }
    for (auto& entry : entries) entry->drop();
  }

 private:
  std::mutex mutex_;
  Node entries_;
};

/// How a context tells that it is being destroyed: then handlers that still wait have to be destroyed too.
class AsioService final : public boost::asio::execution_context::service {
 public:
  static inline boost::asio::execution_context::id id;

  explicit AsioService(boost::asio::execution_context& context)
      : service(context), registry_(std::make_shared<AsioRegistry>()) {}
  const std::shared_ptr<AsioRegistry>& registry() const noexcept { return registry_; }

 private:
  void shutdown() override { registry_->drop_all(); }

  std::shared_ptr<AsioRegistry> registry_;
};

/// Null for executors that do not tell their context.
template <class AsioExecutor>
std::shared_ptr<AsioRegistry> asio_registry(const AsioExecutor& executor) {
  namespace asio = boost::asio;
  if constexpr (asio::can_query_v<const AsioExecutor&, asio::execution::context_t>) {
    return asio::use_service<AsioService>(asio::query(executor, asio::execution::context)).registry();
  } else if constexpr (requires { executor.context(); }) {
    return asio::use_service<AsioService>(executor.context()).registry();
  } else {
    return nullptr;
  }
}

template <class AsioExecutor, class Function>
void asio_post(const AsioExecutor& executor, Function function) {
  namespace asio = boost::asio;
  if constexpr (asio::execution::is_executor_v<AsioExecutor> &&
                !asio::can_require_v<const AsioExecutor&, asio::execution::blocking_t::never_t>) {
    asio::prefer(executor, asio::execution::blocking_t::never).execute(std::move(function));
  } else {
    asio::post(executor, std::move(function));
  }
}

/// One wait for `Source` on behalf of `Handler`, in which `Pending` sees both callback and executor.
///
/// `Source` has `claim`, which may throw and comes first, `pending`, `token`, `start`, which tells whether it is ready,
/// `take`, and `abandon` for when the handler is gone.
///
/// The handler is in one of two places: here, under the lock, or on the stack of `complete` or `drop`.
template <class Source, class Handler>
class AsioWait final : public AsioEntry, public Executor, public Resumable {
 public:
  using T = typename Source::value_type;
  static_assert(std::is_default_constructible_v<T>, "Asio's handlers get a value even beside an error");

  AsioWait(Source source, Handler handler)
      : source_(std::move(source)),
        executor_(boost::asio::get_associated_executor(handler)),
        handler_(std::move(handler)),
        registry_(asio_registry(executor_->get_executor())) {
    if (!registry_) return;
    AsioRegistry::Node node(1, this);
    entry_ = node.begin();
    registry_->add(node);
  }
  AsioWait(const AsioWait&) = delete;
  AsioWait& operator=(const AsioWait&) = delete;
  ~AsioWait() override {
    if (registry_) registry_->remove(entry_);
  }

  void start() {
    auto self = std::static_pointer_cast<AsioWait>(shared_from_this());
    try {
      source_.claim();
      const Cancel cancel(source_.pending());
      auto slot = boost::asio::get_associated_cancellation_slot(*handler_);
      if (slot.is_connected()) slot.assign(cancel);
      if (source_.token().stop_possible()) stop_.emplace(source_.token(), cancel);
      if (source_.start()) return post(self);
      source_.pending()->notify(self, self);
    } catch (...) {
      failure_ = std::current_exception();
      post(self);
    }
  }

  /// Called when the work is ready; on the library's thread, as a rule.
  void post(std::shared_ptr<Resumable>) override {
    // The lock also keeps `complete` from letting go of the context before the context's own `post` has returned.
    const std::lock_guard lock(mutex_);
    if (handler_)
      asio_post(executor_->get_executor(), Complete(std::static_pointer_cast<AsioWait>(shared_from_this())));
  }

  void resume() noexcept override {}

  void drop() noexcept override {
    std::optional<Handler> handler;
    std::optional<Guard> executor;
    {
      const std::lock_guard lock(mutex_);
      if (!handler_) return;
      release(handler, executor);
    }
    if (!failure_) source_.abandon();
  }

 private:
  using Guard = boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>>;

  class Complete {
   public:
    explicit Complete(std::shared_ptr<AsioWait> wait) noexcept : wait_(std::move(wait)) {}
    void operator()() { wait_->complete(); }

   private:
    std::shared_ptr<AsioWait> wait_;
  };

  /// A signal may outlive the work, so its handler does not keep it.
  class Cancel {
   public:
    explicit Cancel(const std::shared_ptr<Pending>& pending) : pending_(pending) {}
    void operator()() const noexcept {
      if (const auto pending = pending_.lock()) pending->cancel();
    }
    void operator()(boost::asio::cancellation_type type) const noexcept {
      if (type != boost::asio::cancellation_type::none) (*this)();
    }

   private:
    std::weak_ptr<Pending> pending_;
  };

  void release(std::optional<Handler>& handler, std::optional<Guard>& executor) noexcept {
    handler.emplace(std::move(*handler_));
    handler_.reset();
    executor.emplace(std::move(*executor_));
    executor_.reset();
  }

  void complete() {
    std::optional<Guard> executor;
    std::optional<Handler> handler;
    {
      const std::lock_guard lock(mutex_);
      if (!handler_) return;
      release(handler, executor);
    }
    stop_.reset();
    T value = take();
    std::move (*handler)(std::move(failure_), std::move(value));
  }

  T take() {
    try {
      if (!failure_) return source_.take();
    } catch (...) {
      failure_ = std::current_exception();
    }
    return T();
  }

  std::mutex mutex_;
  Source source_;
  std::optional<Guard> executor_;
  std::optional<Handler> handler_;
  std::exception_ptr failure_;
  std::shared_ptr<AsioRegistry> registry_;
  AsioRegistry::Node::iterator entry_;
  std::optional<std::stop_callback<Cancel>> stop_;
};

}  // namespace fastccg::detail

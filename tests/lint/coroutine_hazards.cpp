// One of each shape that tools/coro_gcc12.query must find. tools/check runs the query on this before anything else, so
// that a query which finds nothing is never taken for a tree without findings.

#include <fastccg/task.hpp>
#include <string>
#include <vector>

struct Options {
  std::string text;
};

class Named {
 public:
  explicit Named(std::string text) : text_(std::move(text)) {}
  bool yes() const { return text_.empty(); }

 private:
  std::string text_;
};

fastccg::Task<int> with_options(Options) { co_return 1; }
fastccg::Task<int> with_list(std::vector<std::string>) { co_return 1; }
fastccg::Task<int> with_name(std::string) { co_return 1; }
fastccg::Task<Named> named() { co_return Named("x"); }

template <class F>
fastccg::Task<int> with_function(F function) {
  co_return function();
}

fastccg::Task<int> aggregate() { co_return co_await with_options(Options{"text"}); }

fastccg::Task<int> lambda(std::string text) {
  co_return co_await with_function([text] { return static_cast<int>(text.size()); });
}

fastccg::Task<int> conditional(bool first) {
  co_return co_await with_name(first ? std::string("first") : std::string("second"));
}

fastccg::Task<int> list() { co_return co_await with_list({"one", "two"}); }

fastccg::Task<int> condition() {
  if ((co_await named()).yes()) co_return 1;
  co_return 2;
}

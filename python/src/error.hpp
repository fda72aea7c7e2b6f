#pragma once

#include <memory>
#include <string>

#include "fastccg/error.hpp"
#include "graveyard.hpp"
#include "state.hpp"

namespace fastccg::python {

/// The exception of `fastccg.errors` that stands for `error`.
Ref to_exception(const Error& error);

/// A Python exception on its way through the library: what a user's function raised there.
class PythonException final : public PassingException {
 public:
  /// Takes what Python's error indicator holds, and clears that.
  explicit PythonException(const std::shared_ptr<Graveyard>& graveyard);

  const char* what() const noexcept override { return "a Python function raised an exception"; }
  /// Sets Python's error indicator to it again.
  void set_raised() const override;
  /// The exception, for someone whose references the garbage collector sees; null if it was taken already.
  Ref take() const noexcept { return exception_->take(); }

 private:
  std::shared_ptr<BuriedRef> exception_;
};

}  // namespace fastccg::python

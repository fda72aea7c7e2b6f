#include "error.hpp"

#include <string>

#include "convert.hpp"
#include "reply.hpp"

namespace fastccg::python {

namespace {

Ref fields_of(const Error& error) {
  return Dict()
      .set("message", error.message)
      .set("provider_message", error.provider_message)
      .set("provider", error.provider)
      .set("model", error.model)
      .set("status", std::int64_t{error.status})
      .set("code", error.code)
      .set("param", error.param)
      .set("request_id", error.request_id)
      .set("rate_limits", to_python(error.rate_limits))
      .set("retry_after", error.retry_after)
      .set("retryable", error.retryable)
      .set("attempts", std::int64_t{error.attempts})
      .set("partial", error.partial)
      .set("deadline", error.deadline ? to_python(to_string(*error.deadline)) : none())
      .set("body", error.body)
      .set("description", error.describe())
      .take();
}

}  // namespace

Ref to_exception(const Error& error) {
  const auto module = own(PyImport_ImportModule("fastccg.errors"));
  const auto make = own(PyObject_GetAttrString(module.get(), "_from_native"));
  const auto kind = to_python(to_string(error.kind));
  const auto fields = fields_of(error);
  return own(PyObject_CallFunctionObjArgs(make.get(), kind.get(), fields.get(), nullptr));
}

void set_raised(const Error& error) {
  try {
    const auto exception = to_exception(error);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.get())), exception.get());
  } catch (const Raised&) {  // that is then what is raised
  }
}

PythonException::PythonException(const std::shared_ptr<Graveyard>& graveyard) {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  exception_ = std::make_shared<BuriedRef>(graveyard, Ref::steal(value));
}

void PythonException::set_raised() const {
  auto* const exception = exception_->get();
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception)), exception);
}

}  // namespace fastccg::python

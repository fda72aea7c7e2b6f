#pragma once

#include "transport/replay/replay_transport.hpp"

namespace fastccg::transport {

/// What the provider "mock" answers: chat completions, whole or as a stream of words, and embeddings of 128 dimensions,
/// which depend on the request alone.
///
/// The text is the one that the Python package of this name has always answered, so that programs written against it go
/// on working. A member `mock_reply` of the request's body, put there with `Settings::extra`, takes its place; "{prompt}"
/// in it stands for what the user said last. Any other path, and a body that is not JSON, are refused as a provider
/// would refuse them.
RecordedAnswer mock_answer(const HttpRequest& request);

}  // namespace fastccg::transport

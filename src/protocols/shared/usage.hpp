#pragma once

#include "core/reply_builder.hpp"
#include "json/reader.hpp"

namespace fastccg::protocols::shared {

/// Reports what the provider counted, and its own words for it where they are what is kept of the answer.
inline void report_usage(const Usage& usage, const json::Node& as_told, ReplyBuilder& reply) {
  reply.usage(usage);
  if (!reply.is_whole()) reply.raw(as_told.serialized());
}

}  // namespace fastccg::protocols::shared

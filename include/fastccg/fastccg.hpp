#pragma once

/// Everything but the Asio adapter, which is `<fastccg/asio.hpp>`.

#include "fastccg/catalog.hpp"
#include "fastccg/embed.hpp"
#include "fastccg/endpoint.hpp"
#include "fastccg/error.hpp"
#include "fastccg/executor.hpp"
#include "fastccg/key.hpp"
#include "fastccg/message.hpp"
#include "fastccg/model.hpp"
#include "fastccg/observer.hpp"
#include "fastccg/operation.hpp"
#include "fastccg/rate_limit.hpp"
#include "fastccg/rate_limits.hpp"
#include "fastccg/reply.hpp"
#include "fastccg/result.hpp"
#include "fastccg/settings.hpp"
#include "fastccg/stream.hpp"
#include "fastccg/task.hpp"
#include "fastccg/tool.hpp"
#include "fastccg/version.hpp"

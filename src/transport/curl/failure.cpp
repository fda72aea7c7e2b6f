#include "transport/curl/failure.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace fastccg::transport {
namespace {

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::string();
  std::string copy(text);
  curl_free(text);
  return copy;
}

/// "host:port". A URL may hold a password or a key; these two parts do not.
std::string origin(CURL* easy) {
  char* text = nullptr;
  curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &text);
  const UrlHandle url(curl_url());
  if (!url || text == nullptr || curl_url_set(url.get(), CURLUPART_URL, text, 0) != CURLUE_OK) return "the server";
  return url_part(url.get(), CURLUPART_HOST) + ":" + url_part(url.get(), CURLUPART_PORT);
}

int system_error(CURL* easy) {
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &code);
  return static_cast<int>(code);
}

/// ": Connection refused", or nothing.
std::string reason(int code) { return code == 0 ? std::string() : ": " + std::generic_category().message(code); }

Error make(ErrorKind kind, std::string message, bool retryable) {
  Error error(kind, std::move(message));
  error.retryable = retryable;
  return error;
}

Error not_connected(const Failure& failure) {
  const std::string to = "could not connect to " + origin(failure.easy);
  if (failure.open_error == EMFILE || failure.open_error == ENFILE) {
    return make(ErrorKind::connection, to + reason(failure.open_error) + "; raise the limit (ulimit -n)", true);
  }
  // A host may have addresses of a kind that this machine cannot reach; what the last one said counts.
  const int connecting = system_error(failure.easy);
  return make(ErrorKind::connection, to + reason(connecting != 0 ? connecting : failure.open_error), true);
}

bool mentions(const Failure& failure, std::string_view word) {
  return failure.text.find(word) != std::string_view::npos;
}

/// How OpenSSL numbers what is wrong with a certificate (X509_V_ERR_..., x509_vfy.h), which is part of its ABI.
enum class Verdict : long {
  none = 0,
  issuer_of_issuer_unknown = 2,
  not_yet_valid = 9,
  expired = 10,
  self_signed = 18,
  self_signed_in_chain = 19,
  issuer_unknown = 20,
  first_unverifiable = 21,
};

Verdict verdict(const Failure& failure) {
  // Other TLS libraries have other numbers and other words.
  if (!mentions(failure, "certificate problem")) return Verdict::none;
  long server = 0;
  long proxy = 0;
  curl_easy_getinfo(failure.easy, CURLINFO_SSL_VERIFYRESULT, &server);
  curl_easy_getinfo(failure.easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &proxy);
  return static_cast<Verdict>(server != 0 ? server : proxy);
}

/// What whoever reads of a refused certificate can do.
const char* advice(const Failure& failure) {
  const bool unreadable = failure.code == CURLE_SSL_CACERT_BADFILE;
  if (!unreadable && failure.code != CURLE_PEER_FAILED_VERIFICATION) return "";
  // libcurl then fails with the file that it was built for, or with any certificate.
  if (failure.trusts_none) {
    return "; this system has no certificates to trust in any known place: install them (ca-certificates), or name a "
           "file of them in SSL_CERT_FILE or ca_file";
  }
  if (unreadable) return "; see that ca_file or SSL_CERT_FILE names certificates in PEM";
  switch (verdict(failure)) {
    case Verdict::expired: return "; its owner has to renew it, unless the clock of this machine is wrong";
    case Verdict::not_yet_valid: return "; check the clock of this machine";
    case Verdict::self_signed: return "; if you trust it, name it in ca_file";
    case Verdict::issuer_of_issuer_unknown:
    case Verdict::self_signed_in_chain:
    case Verdict::issuer_unknown:
    case Verdict::first_unverifiable: return "; if you trust it, name its issuer in ca_file";
    case Verdict::none: break;
    default: return "";
  }
  // The name is compared by libcurl, once the certificate is found good.
  if (mentions(failure, "match")) {
    return "; it was made for another host: name the host as the certificate does, or find out what answers in its "
           "place";
  }
  return "";
}

Error tls_failed(const Failure& failure) {
  // libcurl's text is OpenSSL's reason here, and what it says of the certificate.
  std::string message = "no secure connection to " + origin(failure.easy) + ": ";
  message += failure.text.empty() ? std::string_view(curl_easy_strerror(failure.code)) : failure.text;
  std::replace(message.begin(), message.end(), '\n', ' ');
  message += advice(failure);
  return make(ErrorKind::tls, std::move(message), false);
}

Error handshake_failed(const Failure& failure) {
  // A connection that breaks during the handshake says nothing about TLS. Without errno it was closed, which only the
  // text tells.
  const bool broken = system_error(failure.easy) != 0 || mentions(failure, "SYSCALL") || mentions(failure, "eof");
  if (!broken) return tls_failed(failure);
  const std::string message = "the connection to " + origin(failure.easy) + " broke during the TLS handshake";
  return make(ErrorKind::connection, message + reason(system_error(failure.easy)), true);
}

Error truncated(const Failure& failure) {
  return make(ErrorKind::stream_truncated, "the answer from " + origin(failure.easy) + " ended early", true);
}

Error malformed(const Failure& failure, const char* what) {
  return make(ErrorKind::protocol, origin(failure.easy) + " " + what, false);
}

Error not_received(const Failure& failure) {
  long proxy_status = 0;
  curl_easy_getinfo(failure.easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  if (!failure.answer_begun && proxy_status != 0 && proxy_status / 100 != 2) {
    const std::string status = std::to_string(proxy_status);
    const std::string message = "the proxy does not connect to " + origin(failure.easy) + " (HTTP " + status + ")";
    return make(ErrorKind::connection, message, proxy_status >= 500);
  }
  // libcurl has one code for everything that goes wrong while it reads; only its text tells bad bytes from a lost
  // connection.
  if (mentions(failure, "chunk")) return malformed(failure, "sent an answer whose chunks are malformed");
  if (mentions(failure, "Too large response headers")) return malformed(failure, "sent too many headers");
  const int code = system_error(failure.easy);
  // Over TLS an end without goodbye is reported here and not as an answer cut short.
  if (failure.answer_begun && code == 0) return truncated(failure);
  return make(ErrorKind::connection, "the connection to " + origin(failure.easy) + " broke" + reason(code), true);
}

}  // namespace

Error explain(const Failure& failure) {
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return make(ErrorKind::connection, "could not find the address of " + origin(failure.easy), true);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return make(ErrorKind::connection, "could not find the address of the proxy", true);
    case CURLE_PROXY: return make(ErrorKind::connection, "the proxy does not connect to " + origin(failure.easy), true);
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED: return not_connected(failure);
    case CURLE_OPERATION_TIMEDOUT: {
      // No other deadline than this one is given to libcurl.
      Error error = make(
          ErrorKind::timeout,
          "no connection to " + origin(failure.easy) + " within " + std::to_string(failure.connect_timeout_ms) + " ms",
          true);
      error.deadline = Deadline::connect;
      return error;
    }
    case CURLE_GOT_NOTHING:
      return make(ErrorKind::connection, origin(failure.easy) + " closed the connection without an answer", true);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return not_received(failure);
    case CURLE_PARTIAL_FILE: return truncated(failure);
    case CURLE_SSL_CONNECT_ERROR: return handshake_failed(failure);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED: return tls_failed(failure);
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9: the scheme of the URL was looked at before.
    case CURLE_WEIRD_SERVER_REPLY: return malformed(failure, "does not answer in HTTP");
    case CURLE_BAD_CONTENT_ENCODING: return malformed(failure, "sent an answer that cannot be decompressed");
    case CURLE_FILESIZE_EXCEEDED: return malformed(failure, "sent an answer that is too large");
    case CURLE_OUT_OF_MEMORY:
      // libcurl calls it so, too, if one header is longer than the 100 KB that it takes.
      if (failure.header_begun && !failure.answer_begun) return malformed(failure, "sent a header that is too long");
      return make(ErrorKind::connection, "memory ran out during the request to " + origin(failure.easy), true);
    case CURLE_URL_MALFORMAT: return make(ErrorKind::usage, "the URL of the request is malformed", false);
    default:
      return make(ErrorKind::connection,
                  "the request to " + origin(failure.easy) + " failed: " + curl_easy_strerror(failure.code), false);
  }
}

}  // namespace fastccg::transport

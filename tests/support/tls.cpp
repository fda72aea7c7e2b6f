#include "tls.hpp"

#include <stdexcept>

#ifdef FASTCCG_TEST_TLS

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace fastccg::test {
namespace {

template <class T, auto function>
class Free {
 public:
  void operator()(T* pointer) const { function(pointer); }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX, SSL_CTX_free>>;
using Connection = std::unique_ptr<SSL, Free<SSL, SSL_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION, X509_EXTENSION_free>>;

Certificate make_certificate(EVP_PKEY* key, const CertificateText& says) {
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), static_cast<long>(says.valid_from.count()));
  X509_gmtime_adj(X509_getm_notAfter(x), static_cast<long>(says.valid_until.count()));
  X509_set_pubkey(x, key);
  X509_NAME* name = X509_get_subject_name(x);
  const auto* text = reinterpret_cast<const unsigned char*>("fastccg test server");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(x, name);
  Key issuer;
  if (!says.self_signed) {
    issuer.reset(EVP_EC_gen("P-256"));
    const auto* other = reinterpret_cast<const unsigned char*>("fastccg test issuer");
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "OU", MBSTRING_ASC, other, -1, -1, 0);
  }
  const Extension names(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, says.names.c_str()));
  X509_add_ext(x, names.get(), -1);
  if (X509_sign(x, issuer ? issuer.get() : key, EVP_sha256()) == 0)
    throw std::runtime_error("cannot sign the test certificate");
  return certificate;
}

std::string write_certificate(X509* certificate) {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/fastccg-test-XXXXXX";
  const int fd = ::mkstemp(path.data());
  std::FILE* file = fd < 0 ? nullptr : ::fdopen(fd, "w");
  if (file == nullptr) throw std::runtime_error("cannot write the test certificate");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  return path;
}

}  // namespace

class TlsIdentity::Impl {
 public:
  explicit Impl(const CertificateText& says) : context(SSL_CTX_new(TLS_server_method())) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = make_certificate(key.get(), says);
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
    const unsigned char id = 1;
    SSL_CTX_set_session_id_context(context.get(), &id, 1);
    file = write_certificate(certificate.get());
  }
  ~Impl() { ::unlink(file.c_str()); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Context context;
  std::string file;
};

class TlsStream::Impl {
 public:
  explicit Impl(SSL_CTX* context) : connection(SSL_new(context)) {}

  Connection connection;
  bool established = false;
};

bool TlsIdentity::available() { return true; }
TlsIdentity::TlsIdentity(const CertificateText& text) : impl_(std::make_unique<Impl>(text)) {}
TlsIdentity::~TlsIdentity() = default;
const std::string& TlsIdentity::certificate_file() const { return impl_->file; }

TlsStream::TlsStream(const TlsIdentity& identity, int fd)
    : impl_(std::make_unique<Impl>(identity.impl_->context.get())) {
  // OpenSSL raises SIGPIPE if the client is gone; a failed write is what the tests look at.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  SSL_set_fd(impl_->connection.get(), fd);
  impl_->established = SSL_accept(impl_->connection.get()) == 1;
}
TlsStream::~TlsStream() = default;

bool TlsStream::established() const { return impl_->established; }
bool TlsStream::resumed() const { return SSL_session_reused(impl_->connection.get()) == 1; }
long TlsStream::receive(char* data, std::size_t size) {
  return impl_->established ? SSL_read(impl_->connection.get(), data, static_cast<int>(size)) : -1;
}
long TlsStream::send(std::string_view bytes) {
  return impl_->established ? SSL_write(impl_->connection.get(), bytes.data(), static_cast<int>(bytes.size())) : -1;
}

}  // namespace fastccg::test

#else

namespace fastccg::test {

class TlsIdentity::Impl {};
class TlsStream::Impl {};

bool TlsIdentity::available() { return false; }
TlsIdentity::TlsIdentity(const CertificateText&) { throw std::runtime_error("the tests were built without OpenSSL"); }
TlsIdentity::~TlsIdentity() = default;
const std::string& TlsIdentity::certificate_file() const { throw std::runtime_error("no TLS"); }
TlsStream::TlsStream(const TlsIdentity&, int) { throw std::runtime_error("no TLS"); }
TlsStream::~TlsStream() = default;
bool TlsStream::established() const { return false; }
bool TlsStream::resumed() const { return false; }
long TlsStream::receive(char*, std::size_t) { return -1; }
long TlsStream::send(std::string_view) { return -1; }

}  // namespace fastccg::test

#endif

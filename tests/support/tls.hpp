#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace fastccg::test {

/// What a certificate is to say.
class CertificateText {
 public:
  CertificateText() = default;

  std::string names = "IP:127.0.0.1,DNS:localhost";
  std::chrono::seconds valid_from{-3600};  ///< From now on, as is the next.
  std::chrono::seconds valid_until{3600};
  bool self_signed = true;  ///< Otherwise an issuer that is not told of has signed it.
};

/// A certificate, and a TLS server's settings with it.
class TlsIdentity {
 public:
  /// Whether the tests were built with OpenSSL. Without it nothing else here may be used.
  static bool available();

  /// The certificate is written to a temporary file, which goes with this object.
  explicit TlsIdentity(const CertificateText& text = CertificateText());
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  const std::string& certificate_file() const;

 private:
  friend class TlsStream;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The server's end of a TLS connection over a blocking socket.
class TlsStream {
 public:
  /// Does the handshake. `identity` outlives it.
  TlsStream(const TlsIdentity& identity, int fd);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  bool established() const;
  /// Whether the client came back with a session that it got before.
  bool resumed() const;
  /// As `recv` and `send` do.
  long receive(char* data, std::size_t size);
  long send(std::string_view bytes);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fastccg::test

// OpenSSL's handles, each owned from the moment it exists. For monitor/probe and world only.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace mailfleet {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};

inline void free_certificate_stack(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
inline void free_shallow_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }

using X509Handle = std::unique_ptr<X509, Releases<X509_free>>;
using X509StackHandle = std::unique_ptr<STACK_OF(X509), Releases<free_certificate_stack>>;
using X509BorrowedStack = std::unique_ptr<STACK_OF(X509), Releases<free_shallow_stack>>;
using X509StoreHandle = std::unique_ptr<X509_STORE, Releases<X509_STORE_free>>;
using X509StoreContextHandle = std::unique_ptr<X509_STORE_CTX, Releases<X509_STORE_CTX_free>>;
using GeneralNamesHandle = std::unique_ptr<GENERAL_NAMES, Releases<GENERAL_NAMES_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using BioHandle = std::unique_ptr<BIO, Releases<BIO_free_all>>;
using SslContextHandle = std::unique_ptr<SSL_CTX, Releases<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, Releases<SSL_free>>;

}  // namespace mailfleet

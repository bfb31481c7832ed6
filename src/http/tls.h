/* Certificate and key of the TLS listener; they can be read again while handshakes run. */
#ifndef DPVD_HTTP_TLS_H
#define DPVD_HTTP_TLS_H

#include "base/err.h"

#include <gnutls/abstract.h>

struct tls;

/* Reads the PEM files (which must stay named as long as the result lives) and tries the
 * priorities. */
bool tls_open(const char *certificate, const char *key, const char *priorities,
              struct tls **tls_out, struct err *err);

/* Reads the files again; on false the old pair stays in use. */
bool tls_reload(struct tls *tls, struct err *err);

/* The pair for a new handshake, valid until tls_close. */
void tls_current(struct tls *tls, gnutls_pcert_st **chain_out, unsigned *length_out,
                 gnutls_privkey_t *key_out);

void tls_close(struct tls **tls);

#endif

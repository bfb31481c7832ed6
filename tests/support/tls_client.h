/* Certificates made for a test, and one request over TLS. */
#ifndef DPVD_TESTS_SUPPORT_TLS_CLIENT_H
#define DPVD_TESTS_SUPPORT_TLS_CLIENT_H

#include <stdbool.h>

struct tls_files {
    char directory[32];
    char certificate[64];
    char key[64];
};

/* A new self-signed RSA pair for the name in a new temporary folder, or over the old files. */
void tls_files_make(struct tls_files *files, const char *name);
void tls_files_make_again(struct tls_files *files, const char *name);
void tls_files_break(const struct tls_files *files);
void tls_files_remove(const struct tls_files *files);

/* Sends the request and reads what comes first of the answer; name becomes the common name that
 * the server showed. false: the handshake failed. */
bool tls_ask(int port, const char *priorities, const char *request, char answer[1000],
             char name[100]);

#endif

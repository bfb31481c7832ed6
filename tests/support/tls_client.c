#include "support/tls_client.h"

#include "support/door.h"

#include <check.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void write_file(const char *path, const void *data, size_t n)
{
    FILE *file = fopen(path, "we");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, n, file), n);
    fclose(file);
}

void tls_files_make_again(struct tls_files *files, const char *name)
{
    gnutls_x509_privkey_t key = NULL;
    gnutls_x509_crt_t certificate = NULL;
    gnutls_datum_t text = {0};

    gnutls_x509_privkey_init(&key);
    ck_assert_int_eq(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 2048, 0), 0);
    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_serial(certificate, "\x01", 1);
    gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 60);
    gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600);
    gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                  (unsigned)strlen(name));
    gnutls_x509_crt_set_key(certificate, key);
    ck_assert_int_eq(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);
    ck_assert_int_eq(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &text), 0);
    write_file(files->certificate, text.data, text.size);
    gnutls_free(text.data);
    ck_assert_int_eq(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &text), 0);
    write_file(files->key, text.data, text.size);
    ck_assert_int_eq(chmod(files->key, 0600), 0);
    gnutls_free(text.data);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(key);
}

void tls_files_make(struct tls_files *files, const char *name)
{
    strcpy(files->directory, "/tmp/dpvd-tls-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(files->directory));
    snprintf(files->certificate, sizeof(files->certificate), "%s/cert.pem", files->directory);
    snprintf(files->key, sizeof(files->key), "%s/key.pem", files->directory);
    tls_files_make_again(files, name);
}

void tls_files_break(const struct tls_files *files)
{
    write_file(files->certificate, "nonsense\n", 9);
}

void tls_files_remove(const struct tls_files *files)
{
    unlink(files->certificate);
    unlink(files->key);
    rmdir(files->directory);
}

static void read_name(gnutls_session_t session, char name[100])
{
    unsigned count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    gnutls_x509_crt_t certificate = NULL;
    size_t size = 100;

    ck_assert(chain != NULL && count == 1);
    gnutls_x509_crt_init(&certificate);
    gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER);
    gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size);
    gnutls_x509_crt_deinit(certificate);
}

static void talk(gnutls_session_t session, const char *request, char answer[1000])
{
    ssize_t n = 0;

    gnutls_record_send(session, request, strlen(request));
    do {
        n = gnutls_record_recv(session, answer, 999);
    } while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
    answer[n > 0 ? n : 0] = '\0';
    gnutls_bye(session, GNUTLS_SHUT_WR);
}

bool tls_ask(int port, const char *priorities, const char *request, char answer[1000],
             char name[100])
{
    const int fd = client_connect(port);
    gnutls_certificate_credentials_t credentials = NULL;
    gnutls_session_t session = NULL;
    int code = 0;

    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_init(&session, GNUTLS_CLIENT);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(session, fd);
    code = gnutls_priority_set_direct(session, priorities, NULL);
    if (code == 0) {
        do {
            code = gnutls_handshake(session);
        } while (code < 0 && gnutls_error_is_fatal(code) == 0);
    }
    if (code == 0) {
        read_name(session, name);
        talk(session, request, answer);
    }
    gnutls_deinit(session);
    gnutls_certificate_free_credentials(credentials);
    close(fd);
    return code == 0;
}

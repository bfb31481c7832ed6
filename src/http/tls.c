#include "http/tls.h"

#include "base/secret_file.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_MAX = 16 };

struct pair {
    struct pair *older;
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned length;
    gnutls_privkey_t key;
};

/* A handshake may hold on to a pair for as long as it likes, so old pairs live until the end: a
 * reload is rare and a pair is a few kilobytes. */
struct tls {
    pthread_mutex_t lock;
    const char *certificate;
    const char *key;
    struct pair *newest;
};

static bool failed(const char *what, const char *file, int code, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s: %s: %s", what, file, gnutls_strerror(code));
}

static void pair_free(struct pair *pair)
{
    if (pair == NULL)
        return;
    for (unsigned i = 0; i < pair->length; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    if (pair->key != NULL)
        gnutls_privkey_deinit(pair->key);
    free(pair);
}

static bool load_chain(struct pair *pair, const char *file, struct err *err)
{
    unsigned length = CHAIN_MAX;
    const int code = gnutls_pcert_list_import_x509_file(
        pair->chain, &length, file, GNUTLS_X509_FMT_PEM, NULL, NULL, GNUTLS_X509_CRT_LIST_SORT);

    if (code < 0)
        return failed("tls_certificate", file, code, err);
    pair->length = length;
    return true;
}

static bool load_key(struct pair *pair, const char *file, struct err *err)
{
    FILE *readable = secret_file_open(file, err);
    gnutls_datum_t text = {0};
    int code = 0;

    if (readable == NULL)
        return err_wrap(err, "tls_key");
    fclose(readable);
    code = gnutls_load_file(file, &text);
    if (code >= 0)
        code = gnutls_privkey_init(&pair->key);
    if (code >= 0)
        code = gnutls_privkey_import_x509_raw(pair->key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (text.data != NULL) {
        gnutls_memset(text.data, 0, text.size);
        gnutls_free(text.data);
    }
    return code >= 0 || failed("tls_key", file, code, err);
}

static bool key_id(gnutls_pubkey_t key, unsigned char id[64], size_t *size)
{
    *size = 64;
    return gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id, size) >= 0;
}

static bool belong_together(const struct pair *pair)
{
    gnutls_pubkey_t public = NULL;
    unsigned char ids[2][64];
    size_t sizes[2] = {0};
    bool same = false;

    if (gnutls_pubkey_init(&public) < 0)
        return false;
    same = gnutls_pubkey_import_privkey(public, pair->key, 0, 0) >= 0 &&
           key_id(public, ids[0], &sizes[0]) && key_id(pair->chain[0].pubkey, ids[1], &sizes[1]) &&
           sizes[0] == sizes[1] && memcmp(ids[0], ids[1], sizes[0]) == 0;
    gnutls_pubkey_deinit(public);
    return same;
}

static struct pair *pair_load(const char *certificate, const char *key, struct err *err)
{
    struct pair *pair = calloc(1, sizeof(*pair));

    if (pair == NULL) {
        err_no_memory(err);
        return NULL;
    }
    if (load_chain(pair, certificate, err) && load_key(pair, key, err) &&
        (belong_together(pair) ||
         err_set(err, ERR_INVALID, "%s does not belong to %s", key, certificate)))
        return pair;
    pair_free(pair);
    return NULL;
}

static bool try_priorities(const char *priorities, struct err *err)
{
    gnutls_priority_t parsed = NULL;
    const char *where = NULL;
    const int code = gnutls_priority_init(&parsed, priorities, &where);

    if (code < 0)
        return err_set(err, ERR_INVALID, "tls_priorities: %s at \"%s\"", gnutls_strerror(code),
                       where == NULL ? "" : where);
    gnutls_priority_deinit(parsed);
    return true;
}

bool tls_open(const char *certificate, const char *key, const char *priorities,
              struct tls **tls_out, struct err *err)
{
    struct tls *tls = NULL;

    if (!try_priorities(priorities, err))
        return false;
    tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return err_no_memory(err);
    pthread_mutex_init(&tls->lock, NULL);
    tls->certificate = certificate;
    tls->key = key;
    if (!tls_reload(tls, err)) {
        tls_close(&tls);
        return false;
    }
    *tls_out = tls;
    return true;
}

bool tls_reload(struct tls *tls, struct err *err)
{
    struct pair *pair = pair_load(tls->certificate, tls->key, err);

    if (pair == NULL)
        return false;
    pthread_mutex_lock(&tls->lock);
    pair->older = tls->newest;
    tls->newest = pair;
    pthread_mutex_unlock(&tls->lock);
    return true;
}

void tls_current(struct tls *tls, gnutls_pcert_st **chain_out, unsigned *length_out,
                 gnutls_privkey_t *key_out)
{
    struct pair *pair = NULL;

    pthread_mutex_lock(&tls->lock);
    pair = tls->newest;
    pthread_mutex_unlock(&tls->lock);
    *chain_out = pair->chain;
    *length_out = pair->length;
    *key_out = pair->key;
}

void tls_close(struct tls **tls)
{
    struct pair *pair = NULL;

    if (*tls == NULL)
        return;
    pair = (*tls)->newest;
    while (pair != NULL) {
        struct pair *older = pair->older;

        pair_free(pair);
        pair = older;
    }
    pthread_mutex_destroy(&(*tls)->lock);
    free(*tls);
    *tls = NULL;
}

#include "service/passwords.h"

#include "base/clock.h"
#include "model/identifier.h"
#include "xml/utf8.h"

#include <crypt.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { KEY_SIZE = 32, PROBES = 8, COST = 5 };

/* What an unknown user's password is hashed against: same scheme and cost as ours, no preimage. */
static const char dummy_hash[] =
    "$y$j9T$CJ9GXGzpYDpbmNuVGS2E5.$mBOHLPW7sBDHfLXjLTRU4ZhRgBuYR3mNUkBcHbzb2GD";

struct entry {
    uint8_t key[KEY_SIZE];
    int64_t expires; /* clock_monotonic; 0: empty */
};

struct passwords {
    uint8_t secret[KEY_SIZE];
    pthread_mutex_t lock;
    pthread_cond_t slot_free;
    int64_t hashing;
    int64_t waiting;
    int64_t hashes_at_once;
    int64_t queue;
    int64_t cache_us;
    size_t entry_count;
    struct entry *entries; /* locked memory */
};

struct passwords *passwords_new(const struct config *config)
{
    struct passwords *p = calloc(1, sizeof(*p));
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (p == NULL)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->slot_free, NULL);
    p->hashes_at_once = config->password_hashes != 0 ? config->password_hashes
                        : cores >= 4                 ? cores / 2
                                                     : 1;
    p->queue = config->password_queue;
    p->cache_us = config->password_cache_time * 1000;
    p->entry_count = (size_t)config->password_cache_entries;
    p->entries = calloc(p->entry_count, sizeof(*p->entries));
    if (p->entries == NULL || RAND_bytes(p->secret, sizeof(p->secret)) != 1) {
        passwords_free(&p);
        return NULL;
    }
    /* Locking may be forbidden by RLIMIT_MEMLOCK; the entries are no passwords, only HMACs. */
    (void)mlock(p->entries, p->entry_count * sizeof(*p->entries));
    (void)mlock(p, sizeof(*p));
    return p;
}

void passwords_free(struct passwords **passwords)
{
    struct passwords *p = *passwords;

    if (p == NULL)
        return;
    if (p->entries != NULL)
        OPENSSL_cleanse(p->entries, p->entry_count * sizeof(*p->entries));
    free(p->entries);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->slot_free);
    OPENSSL_cleanse(p->secret, sizeof(p->secret));
    free(p);
    *passwords = NULL;
}

/* HMAC(secret, system user id || 0 || password || 0 || credential version) */
static bool cache_key(const struct passwords *p, const struct caller *caller, const char *password,
                      uint8_t key_out[KEY_SIZE])
{
    uint8_t text[sizeof(int32_t) + 1 + PASSWORDS_LONGEST + 1 + sizeof(int64_t)] = {0};
    const size_t n = strlen(password);
    bool ok = false;

    memcpy(text, &caller->system_user_id, sizeof(int32_t));
    memcpy(text + 5, password, n);
    memcpy(text + 6 + n, &caller->credential_version, sizeof(int64_t));
    ok = HMAC(EVP_sha256(), p->secret, KEY_SIZE, text, 6 + n + sizeof(int64_t), key_out, NULL) !=
         NULL;
    OPENSSL_cleanse(text, sizeof(text));
    return ok;
}

static size_t first_probe(const struct passwords *p, const uint8_t *key)
{
    uint64_t hash = 0;

    memcpy(&hash, key, sizeof(hash));
    return (size_t)(hash % p->entry_count);
}

/* The entry that holds key, else (room) the one to overwrite: an expired or the oldest one. */
static struct entry *find_entry(struct passwords *p, const uint8_t *key, bool room)
{
    const size_t first = first_probe(p, key);
    struct entry *oldest = &p->entries[first];

    for (size_t i = 0; i < PROBES && i < p->entry_count; i++) {
        struct entry *entry = &p->entries[(first + i) % p->entry_count];

        if (entry->expires != 0 && CRYPTO_memcmp(entry->key, key, KEY_SIZE) == 0)
            return entry;
        if (entry->expires < oldest->expires)
            oldest = entry;
    }
    return room ? oldest : NULL;
}

static bool is_cached(struct passwords *p, const uint8_t *key)
{
    const struct entry *entry = NULL;
    bool cached = false;

    pthread_mutex_lock(&p->lock);
    entry = find_entry(p, key, false);
    cached = entry != NULL && entry->expires > clock_monotonic();
    pthread_mutex_unlock(&p->lock);
    return cached;
}

static void remember(struct passwords *p, const uint8_t *key)
{
    struct entry *entry = NULL;

    if (p->cache_us == 0)
        return;
    pthread_mutex_lock(&p->lock);
    entry = find_entry(p, key, true);
    memcpy(entry->key, key, KEY_SIZE);
    entry->expires = clock_monotonic() + p->cache_us;
    pthread_mutex_unlock(&p->lock);
}

static bool slot_take(struct passwords *p, struct err *err)
{
    bool taken = false;

    pthread_mutex_lock(&p->lock);
    if (p->waiting < p->queue) {
        p->waiting++;
        while (p->hashing >= p->hashes_at_once)
            pthread_cond_wait(&p->slot_free, &p->lock);
        p->waiting--;
        p->hashing++;
        taken = true;
    }
    pthread_mutex_unlock(&p->lock);
    return taken || err_set(err, ERR_BUSY, "too many passwords are waiting to be verified");
}

static void slot_give(struct passwords *p)
{
    pthread_mutex_lock(&p->lock);
    p->hashing--;
    pthread_cond_signal(&p->slot_free);
    pthread_mutex_unlock(&p->lock);
}

/* crypt_data is 32 KB: on the heap. A failed crypt gives a text that begins with '*'. */
static bool hash_matches(const char *password, const char *stored, bool *match_out, struct err *err)
{
    struct crypt_data *data = calloc(1, sizeof(*data));
    const char *hash = NULL;

    if (data == NULL)
        return err_no_memory(err);
    errno = 0;
    hash = crypt_r(password, stored, data);
    if ((hash == NULL || hash[0] == '*') && errno == ENOMEM) {
        free(data);
        return err_no_memory(err);
    }
    *match_out = hash != NULL && hash[0] != '*' && strlen(hash) == strlen(stored) &&
                 CRYPTO_memcmp(hash, stored, strlen(stored)) == 0;
    OPENSSL_cleanse(data, sizeof(*data));
    free(data);
    return true;
}

bool passwords_is_possible(const char *password)
{
    return password != NULL && strlen(password) <= PASSWORDS_LONGEST;
}

bool passwords_verify(struct passwords *p, const struct caller *caller,
                      const struct credentials *credentials, bool *good_out, struct err *err)
{
    const char *password = credentials->password;
    const char *stored = caller->found ? caller->password_hash : dummy_hash;
    uint8_t key[KEY_SIZE];
    bool match = false;
    bool ok = false;

    if (!passwords_is_possible(password)) {
        *good_out = false;
        return true;
    }
    if (!cache_key(p, caller, password, key))
        return err_no_memory(err);
    if (caller->found && is_cached(p, key)) {
        *good_out = true;
        return true;
    }
    if (!slot_take(p, err))
        return false;
    ok = hash_matches(password, stored, &match, err);
    slot_give(p);
    if (!ok)
        return false;
    *good_out = match && caller->found;
    if (*good_out)
        remember(p, key);
    return true;
}

static bool is_text(const char *password)
{
    const size_t n = strlen(password);
    size_t whole = 0;

    return utf8_check((const uint8_t *)password, n, &whole) && whole == n &&
           !identifier_has_control(password);
}

static bool make_hash(const char *password, struct crypt_data *data,
                      char hash_out[PASSWORDS_HASH_SIZE])
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    const char *hash = NULL;

    if (crypt_gensalt_rn("$y$", COST, NULL, 0, setting, sizeof(setting)) == NULL)
        return false;
    hash = crypt_r(password, setting, data);
    if (hash == NULL || hash[0] == '*' || strlen(hash) >= PASSWORDS_HASH_SIZE)
        return false;
    memcpy(hash_out, hash, strlen(hash) + 1);
    return true;
}

bool passwords_hash(const char *password, char hash_out[PASSWORDS_HASH_SIZE], struct err *err)
{
    const size_t n = strlen(password);
    struct crypt_data *data = NULL;
    bool ok = false;

    if (n < PASSWORDS_SHORTEST || n > PASSWORDS_LONGEST)
        return err_set(err, ERR_INVALID, "a password has %d to %d bytes", (int)PASSWORDS_SHORTEST,
                       (int)PASSWORDS_LONGEST);
    if (!is_text(password))
        return err_set(err, ERR_INVALID, "a password is text in UTF-8 without control characters");
    data = calloc(1, sizeof(*data));
    if (data == NULL)
        return err_no_memory(err);
    ok = make_hash(password, data, hash_out);
    OPENSSL_cleanse(data, sizeof(*data));
    free(data);
    return ok || err_set(err, ERR_INTERNAL, "the password cannot be hashed");
}

/* A crypt_r that counts and can be held up, and a monotonic clock that can be put forward. */
#ifndef DPVD_TESTS_UNIT_PASSWORDS_GATE_H
#define DPVD_TESTS_UNIT_PASSWORDS_GATE_H

#include <crypt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Atomic time_t seconds_ahead;

int clock_gettime(clockid_t id, struct timespec *time_out)
{
    const long failed = syscall(SYS_clock_gettime, id, time_out);

    if (failed == 0 && id == CLOCK_MONOTONIC)
        time_out->tv_sec += atomic_load(&seconds_ahead);
    return (int)failed;
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool closed; /* whoever hashes waits inside */
    int inside;
    int most_inside;
    int hashes;
    char setting[128]; /* of the last hash */
    bool valid;        /* that setting was one */
    int answered;      /* threads that came back */
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

char *crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
    static char failure[] = "*0";
    char *hash = NULL;

    pthread_mutex_lock(&gate.lock);
    gate.hashes++;
    gate.inside++;
    if (gate.inside > gate.most_inside)
        gate.most_inside = gate.inside;
    pthread_cond_broadcast(&gate.changed);
    while (gate.closed)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.inside--;
    pthread_mutex_unlock(&gate.lock);

    hash = crypt_rn(phrase, setting, data, sizeof(*data));
    pthread_mutex_lock(&gate.lock);
    gate.setting[0] = '\0';
    strncat(gate.setting, setting, sizeof(gate.setting) - 1);
    gate.valid = hash != NULL;
    pthread_mutex_unlock(&gate.lock);
    return hash == NULL ? failure : hash;
}

static void gate_close(void)
{
    gate.closed = true;
}

static void gate_open(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.closed = false;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void wait_until(const int *number, int is)
{
    pthread_mutex_lock(&gate.lock);
    while (*number < is)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

#endif

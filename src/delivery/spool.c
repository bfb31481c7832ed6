#include "delivery/gateway_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of one notice; more are a mistake that fills the disk. */
enum { COPIES_MAX = 100 };

struct spool {
    char *folder;
    bool mail;
};

static bool write_sms(const struct notice *notice, struct buf *out)
{
    return buf_add_text(out, "{\"id\":") && buf_add_json(out, notice->id, strlen(notice->id)) &&
           buf_add_text(out, ",\"to\":") && buf_add_json(out, notice->to, strlen(notice->to)) &&
           buf_add_text(out, ",\"from\":") &&
           buf_add_json(out, notice->from, strlen(notice->from)) &&
           buf_add_text(out, ",\"text\":") &&
           buf_add_json(out, notice->text, strlen(notice->text)) && buf_add_text(out, "}\n");
}

static bool write_all(int fd, const struct buf *content)
{
    size_t at = 0;

    while (at < content->len) {
        const ssize_t n = write(fd, content->data + at, content->len - at);

        if (n < 0 && errno != EINTR)
            return false;
        at += n < 0 ? 0 : (size_t)n;
    }
    return fsync(fd) == 0;
}

/* Whoever reads the folder sees whole files only; a repeat is a file of its own. */
static bool publish(const struct spool *spool, const char *hidden, const char *id)
{
    char name[PATH_MAX];

    for (int copy = 1; copy <= COPIES_MAX; copy++) {
        snprintf(name, sizeof(name), "%s/%s-%d.%s", spool->folder, id, copy,
                 spool->mail ? "eml" : "json");
        if (link(hidden, name) == 0)
            return true;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

static bool store(const struct spool *spool, const struct notice *notice, const struct buf *content)
{
    char hidden[PATH_MAX];
    int fd = -1;
    bool ok = false;

    snprintf(hidden, sizeof(hidden), "%s/.XXXXXX", spool->folder);
    fd = mkostemp(hidden, O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = write_all(fd, content) && publish(spool, hidden, notice->id);
    close(fd);
    unlink(hidden);
    return ok;
}

static void spool_send(void *state, const struct notice *notice, struct gateway_answer *answer)
{
    struct spool *spool = state;
    struct buf content = {0};
    const char *reason = "memory ran out";

    answer->outcome = SENDING_GATEWAY;
    if (spool->mail ? gateway_write_mail(notice, &content) : write_sms(notice, &content)) {
        if (store(spool, notice, &content))
            answer->outcome = SENDING_TAKEN;
        reason = strerror(errno);
    }
    if (answer->outcome != SENDING_TAKEN)
        gateway_copy(answer->reason, sizeof(answer->reason), reason, strlen(reason));
    buf_free(&content);
}

static void spool_close(void *state)
{
    struct spool *spool = state;

    free(spool->folder);
    free(spool);
}

static const struct gateway_kind spool_kind = {spool_send, spool_close};

bool spool_open(const char *folder, enum transport_type transport, struct gateway *gateway,
                struct err *err)
{
    struct spool *spool = NULL;

    if (access(folder, W_OK | X_OK) != 0)
        return err_set(err, ERR_INVALID, "%s: %s", folder, strerror(errno));
    spool = calloc(1, sizeof(*spool));
    if (spool == NULL)
        return err_no_memory(err);
    spool->mail = transport == TRANSPORT_EMAIL;
    spool->folder = strdup(folder);
    if (spool->folder == NULL) {
        free(spool);
        return err_no_memory(err);
    }
    gateway->kind = &spool_kind;
    gateway->state = spool;
    return true;
}

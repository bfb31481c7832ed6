#include "xml/attachments.h"

#include <stdlib.h>

enum { PIECE = 4 * 1024 }; /* characters decoded at a time: they and the result stay in cache */

static bool not_base64(struct err *err)
{
    return err_set(err, ERR_INVALID, "Data is not valid base64Binary");
}

void attachments_init(struct attachments *attachments, const struct attachment_limits *limits)
{
    *attachments = (struct attachments){.limits = *limits};
}

static void drop_blobs(struct attachments *a)
{
    while (a->count > 0)
        blob_free(&a->blobs[--a->count]);
}

static void overflow(struct attachments *a)
{
    a->overflow = true;
    drop_blobs(a);
}

static bool begin(struct attachments *a, struct err *err)
{
    struct blob **blobs = a->blobs;
    struct blob *blob = NULL;

    a->filling = true;
    a->base64 = (struct base64){0};
    if (a->seen++ >= a->limits.max_count)
        overflow(a);
    if (a->overflow)
        return true;
    if (a->count == a->room) {
        blobs = realloc(a->blobs, (2 * a->room + 4) * sizeof(struct blob *));
        if (blobs == NULL)
            return err_no_memory(err);
        a->blobs = blobs;
        a->room = 2 * a->room + 4;
    }
    blob = blob_new(a->limits.spool_directory, a->limits.spool_threshold);
    if (blob == NULL)
        return err_no_memory(err);
    blobs[a->count++] = blob;
    return true;
}

static bool keep(struct attachments *a, const uint8_t *data, size_t n, struct err *err)
{
    a->bytes += n;
    if (a->bytes > a->limits.max_bytes) {
        overflow(a);
        return true;
    }
    return blob_add(a->blobs[a->count - 1], data, n, err);
}

static size_t leading_space(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n && (text[i] == ' ' || text[i] == '\t' || text[i] == '\n' || text[i] == '\r'))
        i++;
    return i;
}

bool attachments_add(struct attachments *attachments, const char *text, size_t n, struct err *err)
{
    uint8_t room[PIECE / 4 * 3 + 3] __attribute__((uninitialized)); /* it is large, and filled */

    if (!attachments->filling) {
        const size_t blank = leading_space(text, n);

        if (blank == n)
            return true;
        text += blank;
        n -= blank;
        if (!begin(attachments, err))
            return false;
    }
    while (n > 0 && !attachments->overflow) {
        const size_t piece = n < PIECE ? n : PIECE;
        const size_t decoded = base64_decode(&attachments->base64, text, piece, room);

        if (attachments->base64.broken)
            return not_base64(err);
        if (!keep(attachments, room, decoded, err))
            return false;
        text += piece;
        n -= piece;
    }
    return true;
}

bool attachments_end(struct attachments *attachments, bool *filled_out, size_t *index_out,
                     struct err *err)
{
    const bool filled = attachments->filling;

    attachments->filling = false;
    if (filled && !attachments->overflow) {
        if (!base64_done(&attachments->base64))
            return not_base64(err);
        blob_finish(attachments->blobs[attachments->count - 1]);
    }
    if (filled)
        *index_out = attachments->seen - 1;
    *filled_out = filled;
    return true;
}

void attachments_drop(struct attachments *attachments)
{
    drop_blobs(attachments);
    free(attachments->blobs);
    attachments->blobs = NULL;
    attachments->room = 0;
}

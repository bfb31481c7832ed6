#include "delivery/notifier.h"

#include "base/clock.h"
#include "base/log.h"
#include "delivery/gateway.h"
#include "delivery/originator.h"
#include "delivery/pace.h"
#include "service/background.h"
#include "store/notifier_store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of each sender so many are counted for the metrics. */
enum { COUNT_MAX = 10000, ID_SIZE = 64 };

/* First rest of a gateway that failed; the settings may want less. */
#define FIRST_REST INT64_C(5000000)

/* How long a database that went away is waited for when something was sent. */
#define LONGEST_DOUBT INT64_C(60000000)
enum { DOUBT_PAUSE_MICROSECONDS = 100000 };

/* One channel and its thread. */
struct lane {
    const struct config *config;
    enum transport_type transport;
    struct gateway *gateway; /* NULL: this dpvd only watches the queue */
    struct pace pace;
    struct arena *arena;
    struct background *background;
    int32_t number;      /* of this notifier at the database */
    int32_t last_sender; /* whose turn it was last */
    struct notifier_stats *stats;
};

struct notifier {
    struct lane lanes[NOTIFIER_CHANNELS];
    struct notifier_stats stats[NOTIFIER_CHANNELS];
};

/* What one sending is about. */
struct errand {
    const struct notification_key *key;
    struct background *background;
    struct notifier_task task;
    struct notification_text text;
    char id[ID_SIZE];
};

static void count(_Atomic int64_t *number)
{
    atomic_fetch_add(number, 1);
}

/* ------------------------------------------------------------------ one notification */

static void tell(enum log_level level, const char *event, const struct errand *errand,
                 const char *reason)
{
    log_event(level, event, F_STR("id", errand->id), F_INT("sender", errand->key->sender_id),
              F_INT("msg", errand->key->correspondence_id), F_STR("reason", reason));
}

static bool make_text(struct lane *lane, struct db *db, struct errand *errand, struct err *err)
{
    struct notification_wording *wording = &errand->task.wording;
    bool names_service = macro_names_service(wording->text);

    wording->macros.portal = lane->config->portal_name;
    if (strcmp(lane->config->environment, "production") != 0)
        wording->mark = "[TEST] ";
    for (size_t i = 0; i < wording->token_count; i++)
        names_service = names_service || macro_names_service(wording->tokens[i]);
    if ((names_service || macro_names_service(wording->subject)) &&
        !notifier_store_services(db, lane->arena, wording->language_code, &wording->macros.services,
                                 &wording->macros.service_count, err))
        return false;
    return notification_text_make(lane->arena, wording, &errand->text) || err_no_memory(err);
}

static void hand_over(struct lane *lane, const struct errand *errand, struct gateway_answer *answer)
{
    struct notice notice = {
        .id = errand->id,
        .to = errand->task.address,
        .language_code = errand->task.wording.language_code,
        .subject = errand->text.subject,
        .text = errand->text.text,
        .date = clock_now(),
    };

    if (lane->transport == TRANSPORT_EMAIL)
        originator_mail(lane->config, errand->task.from_address, &notice);
    else
        originator_sms(lane->config, errand->task.short_name, &notice);
    gateway_send(lane->gateway, &notice, answer);
}

/* Until it is written down that it was sent, it may be sent again: that is worth waiting for a
 * database that comes back. */
static bool insist_on_sent(struct db *db, const struct errand *errand,
                           const struct gateway_answer *answer, bool *first_out, struct err *err)
{
    const int64_t until = clock_monotonic() + LONGEST_DOUBT;
    const int64_t now = clock_now();
    bool maybe_written = false;

    while (!notifier_store_sent(db, errand->key, now, answer->gateway_id, first_out, err)) {
        maybe_written = maybe_written || err->kind == ERR_UNCERTAIN;
        if (background_stopping(errand->background) || clock_monotonic() > until)
            return false;
        usleep(DOUBT_PAUSE_MICROSECONDS);
        *err = (struct err){0};
    }
    *first_out = *first_out || maybe_written;
    return true;
}

static bool note_sent(struct lane *lane, struct db *db, const struct errand *errand,
                      const struct gateway_answer *answer, struct err *err)
{
    bool first = false;

    if (!insist_on_sent(db, errand, answer, &first, err))
        return false;
    count(&lane->stats->sent);
    if (first)
        tell(LOG_DEBUG, "notification_sent", errand, NULL);
    else
        tell(LOG_WARN, "notification_taken_over", errand, NULL);
    return true;
}

static bool note_not_sent(struct lane *lane, struct db *db, const struct errand *errand,
                          const struct gateway_answer *answer, struct err *err)
{
    const struct sending_policy policy = {.retry = lane->config->notification_retry * 1000,
                                          .give_up = lane->config->notification_give_up * 1000};
    const int64_t now = clock_now();
    const struct sending_next next =
        sending_after(answer->outcome, &errand->task.state, &policy, now);
    const char *outcome = sending_outcome_name(answer->outcome);
    const char *reason = arena_format(lane->arena, "%s: %s", outcome, answer->reason);

    if (!notifier_store_not_sent(db, lane->number, errand->key, now, &next,
                                 reason == NULL ? outcome : reason, err))
        return false;
    if (next.give_up) {
        count(&lane->stats->failed);
        tell(LOG_ERROR, "notification_failed", errand, outcome);
        return true;
    }
    count(&lane->stats->later);
    if (next.repeated && !errand->task.state.repeated)
        count(&lane->stats->repeated);
    tell(LOG_INFO, "notification_later", errand, outcome);
    return true;
}

/* A mail server's reason may name the recipient; the whole of it stands in the database. */
static const char *for_the_log(const char *reason)
{
    return strchr(reason, '@') == NULL ? reason : "it names an address";
}

static void keep_pace(struct lane *lane, const struct gateway_answer *answer)
{
    const bool was_down = atomic_load(&lane->stats->is_down) != 0;
    const bool is_down = answer->outcome == SENDING_GATEWAY;

    if (is_down)
        pace_failed(&lane->pace, clock_monotonic());
    else
        pace_worked(&lane->pace);
    atomic_store(&lane->stats->is_down, is_down);
    if (is_down && !was_down)
        log_event(LOG_WARN, "gateway_down", F_STR("channel", lane->stats->channel),
                  F_STR("reason", for_the_log(answer->reason)));
    else if (was_down && !is_down)
        log_event(LOG_INFO, "gateway_up", F_STR("channel", lane->stats->channel));
}

/* Between begin and the last statement the notification counts as started: whoever finds it so
 * after a crash knows that it may have been sent. */
static bool send_one(struct lane *lane, struct db *db, struct errand *errand, struct err *err)
{
    struct gateway_answer answer = {.outcome = SENDING_REFUSED, .reason = "its template is gone"};

    if (errand->task.started_before) {
        count(&lane->stats->repeated);
        tell(LOG_WARN, "notification_repeated", errand, NULL);
    }
    if (errand->task.has_template) {
        if (!make_text(lane, db, errand, err))
            return false;
        if (errand->text.cut)
            tell(LOG_INFO, "notification_cut", errand, NULL);
        pace_take(&lane->pace);
        hand_over(lane, errand, &answer);
        keep_pace(lane, &answer);
    }
    if (answer.outcome == SENDING_TAKEN)
        return note_sent(lane, db, errand, &answer, err);
    return note_not_sent(lane, db, errand, &answer, err);
}

static bool process(struct lane *lane, struct background *background, struct db *db,
                    const struct notification_key *key, struct err *err)
{
    const struct notifier_waits waits = {.reminder = lane->config->reminder_delay * 1000,
                                         .first = lane->config->notification_retry * 1000};
    struct errand errand = {.key = key, .background = background};

    snprintf(errand.id, sizeof(errand.id), "dpvd.%d.%d.%d", key->sender_id, key->correspondence_id,
             key->number);
    if (!notifier_store_begin(db, lane->arena, lane->number, key, clock_now(), &waits, &errand.task,
                              err))
        return false;
    switch (errand.task.verdict) {
    case NOTIFIER_SEND:
        return send_one(lane, db, &errand, err);
    case NOTIFIER_CANCELLED:
        count(&lane->stats->cancelled);
        tell(LOG_DEBUG, "notification_cancelled", &errand, errand.task.reason);
        return true;
    case NOTIFIER_LOST:
        count(&lane->stats->failed);
        tell(LOG_ERROR, "notification_failed", &errand, errand.task.reason);
        return true;
    default:
        return true;
    }
}

/* ------------------------------------------------------------------ rounds */

/* SMS that wait for the morning are not late. */
static void watch_queue(struct lane *lane, const struct notifier_queue *queues, size_t n,
                        int64_t now)
{
    const bool in_time = !lane->pace.has_window || window_is_open(&lane->pace.window, now);
    int64_t due = 0;
    int64_t oldest = 0;

    for (size_t i = 0; in_time && i < n; i++) {
        due += queues[i].due;
        if (oldest == 0 || queues[i].oldest < oldest)
            oldest = queues[i].oldest;
    }
    atomic_store(&lane->stats->due, due);
    atomic_store(&lane->stats->oldest, oldest);
}

/* Puts senders that have something ready in front, in their order; how many there are. */
static size_t pick_ready(const struct notifier_queue *queues, size_t n, int32_t *senders)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (queues[i].ready > 0)
            senders[count++] = queues[i].sender_id;
    }
    return count;
}

/* Fair shares: senders take turns by their numbers, from the one after the last that was served,
 * and each may have as many as any other. */
static void make_wish(struct lane *lane, const int32_t *ready, size_t n, int allowed,
                      int32_t senders[NOTIFIER_CLAIM_MAX], struct notifier_wish *wish)
{
    const size_t most = (size_t)allowed < n ? (size_t)allowed : n;
    size_t first = 0;

    while (first < n && ready[first] <= lane->last_sender)
        first++;
    for (size_t i = 0; i < most; i++)
        senders[i] = ready[(first + i) % n];
    lane->last_sender = senders[most - 1];
    *wish = (struct notifier_wish){.transport = lane->transport,
                                   .senders = senders,
                                   .sender_count = most,
                                   .each = allowed / (int32_t)most};
}

/* Sends what was claimed, until it is time to stop or the gateway's pace says so; the rest is given
 * back. */
static bool send_claimed(struct lane *lane, struct background *background, struct db *db,
                         const struct notification_key *keys, size_t n, struct err *err)
{
    size_t done = 0;

    while (done < n && !background_stopping(background) &&
           pace_allows(&lane->pace, 1, clock_monotonic(), clock_now()) > 0) {
        if (!process(lane, background, db, &keys[done++], err))
            return false;
    }
    return done == n ||
           notifier_store_release(db, lane->arena, lane->number, keys + done, n - done, err);
}

/* Claims and sends a batch. *more_out: there may be more to do at once. */
static bool take_batch(struct lane *lane, struct background *background, struct db *db,
                       const int32_t *ready, size_t n, int allowed, bool *more_out, struct err *err)
{
    int32_t senders[NOTIFIER_CLAIM_MAX] = {0};
    struct notification_key *keys = NULL;
    struct notifier_wish wish = {0};
    size_t count = 0;

    make_wish(lane, ready, n, allowed, senders, &wish);
    if (!notifier_store_claim(db, lane->arena, lane->number, &wish, clock_now(), &keys, &count,
                              err) ||
        !send_claimed(lane, background, db, keys, count, err))
        return false;
    *more_out = count > 0;
    return true;
}

static bool take_round(struct lane *lane, struct background *background, struct db *db,
                       bool *more_out, struct err *err)
{
    const int64_t now = clock_now();
    const struct notifier_queue *queues = NULL;
    int32_t *ready = NULL;
    size_t n = 0;
    int allowed = 0;

    *more_out = false;
    if (!notifier_store_enter(db, &lane->number, err) ||
        !notifier_store_queue(db, lane->arena, lane->transport, now, COUNT_MAX, &queues, &n, err))
        return false;
    watch_queue(lane, queues, n, now);
    if (lane->gateway != NULL)
        allowed = pace_allows(&lane->pace, NOTIFIER_CLAIM_MAX, clock_monotonic(), now);
    ready = arena_array(lane->arena, n, sizeof(*ready));
    if (ready == NULL)
        return err_no_memory(err);
    n = pick_ready(queues, n, ready);
    return allowed == 0 || n == 0 ||
           take_batch(lane, background, db, ready, n, allowed, more_out, err);
}

static bool take_turn(void *context, struct background *background, struct db *db, struct err *err)
{
    struct lane *lane = context;
    bool more = true;
    bool ok = true;

    while (ok && more && !background_stopping(background)) {
        ok = take_round(lane, background, db, &more, err);
        arena_reset(lane->arena);
    }
    if (!ok)
        notifier_store_leave(db); /* whatever is claimed is free again */
    return ok;
}

/* ------------------------------------------------------------------ the threads */

static bool set_pace(struct lane *lane, struct err *err)
{
    const struct config *config = lane->config;
    const int64_t retry = config->notification_retry * 1000;

    lane->pace.first_rest = retry < FIRST_REST ? retry : FIRST_REST;
    if (lane->transport == TRANSPORT_EMAIL) {
        lane->pace.rate = config->smtp_rate;
        return true;
    }
    lane->pace.rate = config->sms_rate;
    lane->pace.has_window = true;
    return window_parse(config->sms_window, &lane->pace.window) ||
           err_set(err, ERR_INVALID, "sms_window: \"%s\" is not like 09:00-17:15",
                   config->sms_window);
}

static bool prepare(struct notifier *notifier, const struct config *config, struct err *err)
{
    static const char *const channels[NOTIFIER_CHANNELS] = {"email", "sms"};
    static const enum transport_type transports[NOTIFIER_CHANNELS] = {TRANSPORT_EMAIL,
                                                                      TRANSPORT_SMS};

    if (!originator_verify(config, err))
        return false;
    for (size_t i = 0; i < NOTIFIER_CHANNELS; i++) {
        struct lane *lane = &notifier->lanes[i];

        *lane = (struct lane){.config = config, .transport = transports[i]};
        lane->stats = &notifier->stats[i];
        lane->stats->channel = channels[i];
        if (!set_pace(lane, err) || !gateway_open(config, lane->transport, &lane->gateway, err))
            return false;
        lane->arena = arena_new();
        if (lane->arena == NULL)
            return err_no_memory(err);
    }
    return true;
}

bool notifier_verify(const struct config *config, struct err *err)
{
    struct notifier *notifier = calloc(1, sizeof(*notifier));
    bool ok = false;

    if (notifier == NULL)
        return err_no_memory(err);
    ok = prepare(notifier, config, err);
    notifier_stop(&notifier);
    return ok;
}

static bool start_lane(struct lane *lane, struct err *err)
{
    const struct background_job job = {.failed = "notifier_failed",
                                       .interval = lane->config->notifier_interval,
                                       .turn = take_turn,
                                       .context = lane};

    return background_start(lane->config, &job, &lane->background, err);
}

bool notifier_start(const struct config *config, struct notifier **notifier_out, struct err *err)
{
    struct notifier *notifier = calloc(1, sizeof(*notifier));
    bool ok = false;

    if (notifier == NULL)
        return err_no_memory(err);
    ok = prepare(notifier, config, err);
    for (size_t i = 0; ok && i < NOTIFIER_CHANNELS; i++)
        ok = start_lane(&notifier->lanes[i], err);
    if (!ok) {
        notifier_stop(&notifier);
        return false;
    }
    *notifier_out = notifier;
    return true;
}

const struct notifier_stats *notifier_stats(const struct notifier *notifier)
{
    return notifier->stats;
}

void notifier_stop(struct notifier **notifier)
{
    if (*notifier == NULL)
        return;
    for (size_t i = 0; i < NOTIFIER_CHANNELS; i++) {
        struct lane *lane = &(*notifier)->lanes[i];

        background_stop(&lane->background);
        gateway_close(&lane->gateway);
        arena_free(&lane->arena);
    }
    free(*notifier);
    *notifier = NULL;
}

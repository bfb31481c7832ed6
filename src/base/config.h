/* Settings: one table drives parsing, `dpvd check`, `dpvd config` and the README. */
#ifndef DPVD_BASE_CONFIG_H
#define DPVD_BASE_CONFIG_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Every value has the unit that its name in the table's help says; durations are milliseconds,
 * sizes bytes. Strings belong to the config. */
struct config {
    /* who listens where */
    char *listen;
    char *tls_listen;
    char *admin_listen;
    char *public_url;
    char *trusted_proxies;
    char *tls_certificate;
    char *tls_key;
    char *tls_priorities;
    char *environment;
    int64_t seccomp;
    int64_t allow_root;

    /* the database */
    char *database;
    char *database_owner;
    char *database_background;
    char *database_auditor;
    int64_t database_connect_timeout;
    int64_t database_deadline;
    int64_t database_lock_timeout;
    int64_t require_standby;

    /* threads */
    int64_t http_threads;
    int64_t workers;
    int64_t queue_limit;
    int64_t batch_messages;
    int64_t batch_bytes;
    int64_t shutdown_timeout;

    /* the door */
    int64_t max_connections;
    int64_t max_connections_per_address;
    int64_t max_body;
    int64_t max_inflated;
    int64_t max_inflate_ratio;
    int64_t max_header_bytes;
    int64_t max_header_lines;
    int64_t held_bytes;
    int64_t held_percent_per_address;
    int64_t held_reserve;
    int64_t small_request;
    int64_t header_timeout;
    int64_t body_grace;
    int64_t body_rate;
    int64_t idle_timeout;
    int64_t response_timeout;
    int64_t drain_bytes;

    /* the guard */
    int64_t max_depth;
    int64_t max_markup;
    int64_t max_attributes;
    int64_t max_elements;
    int64_t max_text;
    int64_t max_long_text;
    int64_t max_references;
    int64_t references_answered;
    int64_t receipts_answered;
    int64_t max_attachments;
    int64_t max_attachment_bytes;
    char *spool_directory;
    int64_t spool_threshold;

    /* credentials */
    int64_t password_cache_time;
    int64_t password_cache_entries;
    int64_t password_hashes;
    int64_t password_queue;
    int64_t login_failures;
    int64_t login_window;
    int64_t login_lock;
    char *secret_key;
    int64_t wsse_strict;
    int64_t wsse_skew;
    int64_t wsse_lifetime;

    /* rules */
    int64_t allow_synthetic_persons;
    int64_t duplicate_detection;
    char *duplicate_reference;
    char *on_behalf_of_check;
    int64_t quota;
    int64_t quota_block;
    int64_t usage_interval;
    int64_t reminder_delay;
    int64_t contact_age;
    int64_t max_reference_length;
    int64_t max_title_length;
    int64_t max_summary_length;
    int64_t max_body_length;
    int64_t max_sender_length;
    int64_t max_reply_options;
    int64_t max_notifications;
    int64_t max_endpoints;
    int64_t max_standalone;
    int64_t standalone_repeat;

    /* notifications */
    char *portal_name;
    int64_t notifier;
    int64_t notifier_interval;
    int64_t notification_retry;
    int64_t notification_give_up;
    int64_t gateway_timeout;
    char *gateway_ca;
    char *smtp_url;
    char *smtp_tls;
    char *smtp_user;
    char *smtp_password_file;
    int64_t smtp_rate;
    char *mail_from;
    char *mail_from_name;
    char *mail_domains;
    char *sms_url;
    char *sms_method;
    char *sms_headers;
    char *sms_body;
    char *sms_encoding;
    char *sms_user;
    char *sms_secret_file;
    char *sms_accept;
    char *sms_id;
    char *sms_sender;
    char *sms_window;
    int64_t sms_rate;

    /* audit */
    int64_t audit_seal_interval;
    char *audit_key;

    /* log */
    char *log_level;
    char *log_format;
    int64_t clock_offset;
};

enum config_type {
    CONFIG_TEXT,
    CONFIG_NUMBER,
    CONFIG_SIZE,
    CONFIG_TIME,
    CONFIG_SWITCH,
    CONFIG_CHOICE
};

struct config_setting {
    const char *name;
    enum config_type type;
    size_t offset; /* in struct config: char * for TEXT and CHOICE, int64_t for the others */
    const char *preset;
    int64_t min; /* of numbers, sizes (bytes) and times (milliseconds) */
    int64_t max;
    const char *choices; /* "a|b|c" of CHOICE */
    bool reloadable;     /* taken over on SIGHUP */
    bool secret;         /* masked when shown */
    const char *help;    /* one line; also the README's */
};

/* The table, ended by a row without name. */
extern const struct config_setting config_settings[];

/* All settings at their presets; free with config_free. */
bool config_init(struct config *config, struct err *err);

/* Reads `key = value` lines; the error names file and line. */
bool config_load(struct config *config, const char *path, struct err *err);

/* DPVD_NAME for every setting that the environment names. */
bool config_environment(struct config *config, struct err *err);

/* One `key=value`, as in -o. */
bool config_assign(struct config *config, const char *assignment, struct err *err);

/* What no single row can say: files that must be readable, values that must fit each other. */
bool config_verify(const struct config *config, struct err *err);

/* Takes the values of all reloadable settings over from fresh, which keeps the old ones. */
void config_take_reloadable(struct config *config, struct config *fresh);

/* Effective values as `key = value` lines, secrets masked. */
void config_print(const struct config *config, FILE *out);

/* The README's table of settings in Markdown. */
void config_print_table(FILE *out);

void config_free(struct config *config);

#endif

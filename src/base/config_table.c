#include "base/config.h"
#include "base/config_internal.h"

#define AT(member) offsetof(struct config, member)

#define TEXT(name, preset, help)                                                                   \
    {                                                                                              \
#name, CONFIG_TEXT, AT(name), preset, 0, 0, NULL, false, false, help                       \
    }
#define SECRET(name, preset, help)                                                                 \
    {                                                                                              \
#name, CONFIG_TEXT, AT(name), preset, 0, 0, NULL, false, true, help                        \
    }
#define CHOICE(name, preset, choices, reload, help)                                                \
    {                                                                                              \
#name, CONFIG_CHOICE, AT(name), preset, 0, 0, choices, reload, false, help                 \
    }
#define SWITCH(name, preset, help)                                                                 \
    {                                                                                              \
#name, CONFIG_SWITCH, AT(name), preset, 0, 1, NULL, false, false, help                     \
    }
#define NUMBER(name, preset, min, max, help)                                                       \
    {                                                                                              \
#name, CONFIG_NUMBER, AT(name), preset, min, max, NULL, false, false, help                 \
    }
#define SIZE(name, preset, min, max, help)                                                         \
    {                                                                                              \
#name, CONFIG_SIZE, AT(name), preset, min, max, NULL, false, false, help                   \
    }
#define TIME(name, preset, min, max, help)                                                         \
    {                                                                                              \
#name, CONFIG_TIME, AT(name), preset, min, max, NULL, false, false, help                   \
    }

/* clang-format off */
const struct config_setting config_settings[] = {
    TEXT(listen, "127.0.0.1:8080", "address:port for plain HTTP; empty switches it off, port 0 takes a free one"),
    TEXT(tls_listen, "", "address:port for HTTPS; empty switches it off"),
    TEXT(admin_listen, "127.0.0.1:9464", "address:port of the operators' listener with /metrics; empty switches it off"),
    TEXT(public_url, "", "scheme://host that served WSDLs name; empty: what the caller used"),
    TEXT(trusted_proxies, "", "addresses and networks of proxies whose Forwarded or X-Forwarded-For names the caller; empty: none"),
    TEXT(tls_certificate, "", "PEM file with the certificate chain; read again on SIGHUP"),
    TEXT(tls_key, "", "PEM file with the private key; read again on SIGHUP"),
    TEXT(tls_priorities, "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+ECDHE-ECDSA:+ECDHE-RSA:+AEAD:+AES-256-GCM:+AES-128-GCM:+CHACHA20-POLY1305:+GROUP-ALL:+SIGN-ALL:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:+COMP-NULL:+CTYPE-X509:%NO_TICKETS:%SAFE_RENEGOTIATION", "GnuTLS priority string"),
    CHOICE(environment, "production", "production|test", false, "test marks what leaves the house and allows demo data"),
    SWITCH(seccomp, "on", "refuse to the running dpvd all system calls that it does not need, once it has started"),
    SWITCH(allow_root, "off", "run as root, although nothing needs it"),

    SECRET(database, "dbname=dpvd user=dpvd_app", "libpq connection string of the server's own role; several hosts may be named"),
    SECRET(database_owner, "dbname=dpvd user=dpvd_owner", "libpq connection string of the role that owns the schema, for `dpvd migrate`"),
    SECRET(database_background, "dbname=dpvd user=dpvd_background", "libpq connection string of the role of the server's background jobs, which see all senders"),
    SECRET(database_auditor, "dbname=dpvd user=dpvd_auditor", "libpq connection string of a role that may read the audit log, for `dpvd admin audit`"),
    TIME(database_connect_timeout, "2s", 100, 60 * SECOND, "longest wait for a connection to the database"),
    TIME(database_deadline, "8s", 100, 120 * SECOND, "longest wait for an answer of the database before the caller is told to try again"),
    TIME(database_lock_timeout, "5s", 100, 60 * SECOND, "longest wait for an identical call that is still running"),
    NUMBER(require_standby, "0", 0, 8, "synchronous standbys without which no message is accepted"),

    NUMBER(http_threads, "2", 1, 64, "threads that read from and write to sockets"),
    NUMBER(workers, "0", 0, 512, "threads that serve requests, each with a database connection; 0: four a core"),
    NUMBER(queue_limit, "1024", 1, 100000, "requests that may wait for a worker; more are told to try again"),
    NUMBER(batch_messages, "10", 1, 100, "small messages that may share a transaction when they wait at the same time"),
    SIZE(batch_bytes, "64k", 0, MIB, "largest message that shares a transaction"),
    TIME(shutdown_timeout, "30s", 0, HOUR, "longest wait for requests in work when stopping"),

    NUMBER(max_connections, "4096", 1, 100000, "open connections in all"),
    NUMBER(max_connections_per_address, "0", 0, 100000, "open connections of one address; 0: no limit"),
    SIZE(max_body, "300m", KIB, 2 * GIB, "largest request body"),
    SIZE(max_inflated, "300m", KIB, 2 * GIB, "largest request body that came compressed, unpacked"),
    NUMBER(max_inflate_ratio, "100", 1, 1032, "how many times larger than it came a body may become, beyond its first megabyte"),
    SIZE(max_header_bytes, "16k", KIB, MIB, "largest request line and headers together"),
    NUMBER(max_header_lines, "100", 10, 1000, "most header lines of a request"),
    SIZE(held_bytes, "512m", MIB, 1024 * GIB, "bytes of request bodies held at one time, in memory and spool"),
    NUMBER(held_percent_per_address, "25", 1, 100, "share of held_bytes that one address may fill with several requests"),
    SIZE(held_reserve, "16m", 0, GIB, "part of held_bytes that only small requests may use"),
    SIZE(small_request, "256k", KIB, 64 * MIB, "a request up to this size is small"),
    TIME(header_timeout, "10s", 100, HOUR, "longest time for request line and headers, and for a TLS handshake"),
    TIME(body_grace, "60s", 0, HOUR, "time after which a body must keep up with body_rate"),
    SIZE(body_rate, "64k", 1, GIB, "bytes a second that a slow body must bring"),
    TIME(idle_timeout, "60s", 100, 24 * HOUR, "how long a connection may be idle between requests"),
    TIME(response_timeout, "60s", 100, HOUR, "longest time without progress while a caller reads its answer"),
    SIZE(drain_bytes, "16m", 0, GIB, "how much of a refused body is read before the connection is closed"),

    NUMBER(max_depth, "32", 8, 250, "deepest nesting of elements"),
    SIZE(max_markup, "16k", KIB, MIB, "largest tag, comment or processing instruction"),
    NUMBER(max_attributes, "64", 8, 10000, "most attributes and namespace declarations of one element"),
    NUMBER(max_elements, "250000", 1000, 100000000, "most elements of one request"),
    SIZE(max_text, "64k", KIB, 64 * MIB, "largest text of an ordinary element"),
    SIZE(max_long_text, "4m", KIB, 64 * MIB, "largest text of MessageBody, CustomMessageData and FormDataXml, in bytes"),
    NUMBER(max_references, "100000", 1, 10000000, "most references of one status query; more are refused"),
    NUMBER(references_answered, "10000", 1, 1000000, "most messages of one status answer; then LimitReached is true"),
    NUMBER(receipts_answered, "10000", 1, 1000000, "most receipts of one list: the newest ones"),
    NUMBER(max_attachments, "100", 0, 10000, "most attachments of one message"),
    SIZE(max_attachment_bytes, "200m", 0, 2 * GIB, "attachments of one message together, decoded"),
    TEXT(spool_directory, "/tmp", "folder for the unlinked files that hold large attachments while they arrive"),
    SIZE(spool_threshold, "1m", 0, GIB, "an attachment up to this size stays in memory"),

    TIME(password_cache_time, "60s", 0, 60 * SECOND, "how long a verified password needs no new hash; 0 switches the cache off"),
    NUMBER(password_cache_entries, "10000", 1, 1000000, "most verified passwords remembered"),
    NUMBER(password_hashes, "0", 0, 64, "password hashes computed at one time; 0: half the cores, at least one"),
    NUMBER(password_queue, "64", 1, 10000, "requests that may wait for a password hash; more are told to try again"),
    NUMBER(login_failures, "5", 0, 20, "wrong passwords for one user name from one address that lock it out from there; 0 switches this off"),
    TIME(login_window, "15m", 100, 24 * HOUR, "time within which they count together"),
    TIME(login_lock, "60m", 100, 24 * HOUR, "how long it is locked out"),

    TEXT(secret_key, "", "file with the key that seals the secrets of PasswordDigest, 64 hexadecimal digits; older ones may follow, one a line; empty: PasswordDigest is refused"),
    SWITCH(wsse_strict, "off", "a UsernameToken with a password in clear text needs a fresh Created and a Nonce that is new, too"),
    TIME(wsse_skew, "5m", 0, HOUR, "how far the clocks of callers may be wrong when the times of WS-Security are looked at"),
    TIME(wsse_lifetime, "5m", 1 * SECOND, HOUR, "how long a UsernameToken is fresh, and a Timestamp of an answer valid"),

    SWITCH(allow_synthetic_persons, "off", "accept the synthetic identity numbers of test populations"),
    SWITCH(duplicate_detection, "on", "answer a repeated request with its first receipt"),
    CHOICE(duplicate_reference, "accept", "accept|refuse", false, "the same reference with other content: a new message, or a fault"),
    CHOICE(on_behalf_of_check, "warn", "off|warn|enforce", false, "whether an actual sender must have an agreement: not looked at, only noted, or the message is rejected"),
    NUMBER(quota, "10000", 1, INT64_C(1000000000), "messages of an actual sender in a calendar year, unless it is a service owner"),
    SWITCH(quota_block, "off", "reject messages beyond the quota; off: only warn at 80 and 100 %"),
    TIME(usage_interval, "1m", 100, HOUR, "how often messages are counted for the quota"),
    TIME(reminder_delay, "7d", 100, 365 * 24 * HOUR, "time after which an unread message is notified once more"),
    TIME(contact_age, "548d", HOUR, 36500 * 24 * HOUR, "age at which a person's contact data that was not verified since is not used"),
    NUMBER(max_reference_length, "255", 1, 600, "characters of ExternalShipmentReference"),
    NUMBER(max_title_length, "1000", 1, 4000, "characters of MessageTitle"),
    NUMBER(max_summary_length, "4000", 1, 64000, "characters of MessageSummary"),
    NUMBER(max_body_length, "1000000", 1, 4000000, "characters of MessageBody and of CustomMessageData"),
    NUMBER(max_sender_length, "255", 1, 4000, "characters of MessageSender"),
    NUMBER(max_reply_options, "100", 0, 10000, "ReplyOption entries of one message"),
    NUMBER(max_notifications, "10", 0, 1000, "Notification entries of one message"),
    NUMBER(max_endpoints, "50", 0, 10000, "receiver end points of all notifications of one message"),
    NUMBER(max_standalone, "100", 1, 1000, "StandaloneNotification entries of one call"),
    TIME(standalone_repeat, "12h", 0, 30 * 24 * HOUR, "how long a repeated call for stand-alone notifications sends nothing anew; 0: it always does"),

    TEXT(portal_name, "Altinn.no", "what the installation calls itself in notifications"),
    SWITCH(notifier, "on", "dpvd serve sends notifications; off: only dpvd work does"),
    TIME(notifier_interval, "1s", 10, HOUR, "how often due notifications are looked for"),
    TIME(notification_retry, "1m", 100, HOUR, "wait before a notification that was not taken is tried again; doubles up to an hour"),
    TIME(notification_give_up, "1d", 1000, 30 * 24 * HOUR, "how long it is tried"),
    TIME(gateway_timeout, "30s", 100, 600 * SECOND, "longest time for handing one notification to a gateway"),
    TEXT(gateway_ca, "", "PEM file with the authorities that gateways' certificates are checked by; empty: the system's"),
    TEXT(smtp_url, "", "where e-mail goes: smtp://host:port/own-name, smtps://..., spool:FOLDER (files, for tests), null: (nowhere); empty: e-mail is not sent by this dpvd"),
    CHOICE(smtp_tls, "require", "require|try|off", false, "STARTTLS of smtp://"),
    TEXT(smtp_user, "", "user name at the mail server; empty: no authentication"),
    TEXT(smtp_password_file, "", "file with the password in its first line"),
    NUMBER(smtp_rate, "0", 0, 1000000, "e-mails a minute that this dpvd sends at most; 0: no limit"),
    TEXT(mail_from, "noReply@altinn.no", "sender of e-mail, and where bounces go"),
    TEXT(mail_from_name, "", "name shown with it"),
    TEXT(mail_domains, "", "domains, separated by commas, whose addresses may be a notification's FromAddress; all others become its Reply-To"),
    TEXT(sms_url, "", "where SMS go: http://..., https://..., spool:FOLDER, null:; empty: SMS are not sent by this dpvd. In URL, headers and body {to}, {to_digits}, {from}, {text}, {id} and {secret} are filled in"),
    CHOICE(sms_method, "POST", "POST|PUT|GET", false, "HTTP method"),
    TEXT(sms_headers, "", "header lines, separated by |"),
    TEXT(sms_body, "{\"to\":{to},\"from\":{from},\"text\":{text},\"id\":{id}}", "body of the request"),
    CHOICE(sms_encoding, "json", "json|form|xml", false, "how values are written into the body: JSON strings with quotes, percent-encoded, XML text"),
    TEXT(sms_user, "", "user name for HTTP Basic authentication, with {secret} as password; empty: none"),
    TEXT(sms_secret_file, "", "file with {secret} in its first line"),
    TEXT(sms_accept, "", "text that the answer to an SMS that was taken holds; empty: any with status 2xx"),
    TEXT(sms_id, "", "text behind which the answer holds the gateway's own id; empty: none is kept"),
    TEXT(sms_sender, "Altinn", "sender that SMS show: up to 11 letters and digits, or a number"),
    TEXT(sms_window, "09:00-17:15", "when SMS are sent, Norwegian time, every day"),
    NUMBER(sms_rate, "0", 0, 1000000, "SMS a minute that this dpvd sends at most; 0: no limit"),

    TIME(audit_seal_interval, "1s", 0, HOUR, "how often new rows of the audit log are sealed; 0: not by this dpvd"),
    TEXT(audit_key, "", "PEM file with an Ed25519 private key that signs seals and exports of the audit log; empty: not signed"),

    CHOICE(log_level, "info", "error|warn|info|debug", true, "how much is logged"),
    CHOICE(log_format, "logfmt", "logfmt|json", true, "form of a log line"),
    {"clock_offset", CONFIG_NUMBER, AT(clock_offset), "0", -4000000000, 4000000000, NULL, false, false, "seconds that dpvd's clock runs ahead, for tests"},
    {0},
};
/* clang-format on */

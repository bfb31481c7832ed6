#include "support/store_fixture.h"

#include "base/clock.h"

#include <check.h>
#include <string.h>

int store_main(struct Suite *suite, struct pg_cluster **cluster)
{
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    *cluster = pg_cluster_start(false);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    pg_cluster_stop(cluster);
    return failed == 0 ? 0 : 1;
}

void store_open(struct pg_cluster *cluster, struct store *store)
{
    struct err err = {0};

    *store = (struct store){.cluster = cluster, .arena = arena_new()};
    ck_assert_ptr_nonnull(store->arena);
    ck_assert_msg(config_init(&store->config, &err), "%s", err.msg);
    pg_cluster_database(cluster, store->name, &store->config);
    ck_assert_msg(db_open(&store->config, &store->db, &err), "%s", err.msg);
}

void store_close(struct store *store)
{
    db_close(&store->db);
    arena_free(&store->arena);
    config_free(&store->config);
}

int64_t store_number(const struct store *store, const char *sql)
{
    return pg_number(store->cluster, store->name, sql);
}

void store_run(const struct store *store, const char *sql)
{
    pg_run(store->cluster, store->name, "postgres", sql);
}

static void letter_decide(struct letter *letter)
{
    letter->decision = (struct decision){
        .now = clock_now(),
        .service_edition = 10,
        .system_user_code = "TTD_DEMO",
        .reportee_name = "BLÅBÆR OG RØMME AS",
        .technical_number = "910646192",
        .technical_name = "TESTDEPARTEMENTET",
        .actual_number = "910646192",
        .actual_name = "TESTDEPARTEMENTET",
        .display_sender = "TESTDEPARTEMENTET",
        .visible = clock_now(),
        .allow_forwarding = true,
    };
}

static void letter_attach(struct letter *letter, const void *content, size_t n)
{
    struct err err = {0};

    letter->content = blob_new("/tmp", 1024 * 1024);
    ck_assert_ptr_nonnull(letter->content);
    ck_assert_msg(blob_add(letter->content, content, n, &err), "%s", err.msg);
    blob_finish(letter->content);
    letter->attachment = (struct attachment){.destination = DESTINATION_SHOW_TO_ALL,
                                             .file_name = "Vedlegg.pdf",
                                             .name = "Vedlegg",
                                             .content = letter->content};
    letter->message.attachments = &letter->attachment;
    letter->message.attachment_count = 1;
}

void letter_make(struct letter *letter, const char *reference, const void *content, size_t n)
{
    *letter = (struct letter){0};
    letter->message = (struct message){
        .reference = reference,
        .given = true,
        .service_code = "4255",
        .service_edition = "10",
        .reportee = "910820605",
        .has_content = true,
        .language_code = "1044",
        .title = "Vedtak om fôring av ærfugl på Ålesund",
        .body = "<p>Hei på deg</p>",
    };
    letter->call = (struct call){.endpoint = "CorrespondenceAgencyExternalBasic",
                                 .operation = "InsertCorrespondenceBasicV2",
                                 .request_id = "4f1c",
                                 .client = "127.0.0.1",
                                 .received = clock_now()};
    letter->facts.caller = (struct caller){
        .found = true, .system_user_id = 1, .sender_id = 1, .organization_number = "910646192"};
    letter_decide(letter);
    if (n > 0)
        letter_attach(letter, content, n);
    ck_assert(message_digest(&letter->message, letter->digest));
    letter->put = (struct message_put){.message = &letter->message,
                                       .facts = &letter->facts,
                                       .decision = &letter->decision,
                                       .call = &letter->call,
                                       .digest = letter->digest};
}

void letter_free(struct letter *letter)
{
    blob_free(&letter->content);
}

void letter_put(struct store *store, struct letter *letter)
{
    struct err err = {0};

    ck_assert_msg(message_store_put(NULL, store->db, store->arena, &letter->put, &err), "%s",
                  err.msg);
}

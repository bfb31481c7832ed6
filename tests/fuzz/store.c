/* The database of a request that is fuzzed. The linker leads the few calls below here (--wrap): the
 * connection is always there and leads nowhere, so that what asks it is told that it is away; a
 * caller with the right password is known, and an accepted message is stored. Nothing is logged:
 * millions of requests are. */
#include "fuzz/store.h"

#include "fuzz/fuzz.h"
#include "model/token.h"
#include "store/exchange.h"
#include "store/facts_store.h"
#include "store/message_store.h"

#include <stdlib.h>
#include <string.h>

enum { STORED_ID = 7, NONCE_MAX = 1024 };

static const struct template templates[] = {
    {"VarselDPVUtenRevarsel", "1044", true, true, false},
    {"VarselDPVMedRevarsel", "1044", true, true, true},
    {"TokenTextOnly", "1044", true, true, false},
    {"EmailOnly", "1044", true, false, false},
};

static const struct contact contacts[] = {{TRANSPORT_SMS, "91929394"},
                                          {TRANSPORT_EMAIL, "post@example.no"}};

static const struct caller known_caller = {
    .found = true,
    .system_user_id = 1,
    .system_user_name = "demo",
    .system_user_code = "TTD_DEMO",
    .password_hash = "",
    .address_allowed = true,
    .sender_id = 1,
    .kind = SENDER_SERVICE_OWNER,
    .status = SENDER_ACTIVE,
    .organization_number = "991825827",
    .name = "Demo",
};

bool __wrap_db_open(const struct config *config, struct db **db_out, struct err *err)
{
    struct db *db = calloc(1, sizeof(*db));

    if (db == NULL)
        return err_no_memory(err);
    db->config = config;
    *db_out = db;
    return true;
}

bool __wrap_db_ensure(struct db *db, struct err *err)
{
    (void)err;
    return db != NULL;
}

/* The reference chooses what is true, so that a fuzzer reaches every rule. */
bool __wrap_facts_load(struct db *db, struct arena *arena, const struct login *login,
                       const struct message *message, const uint8_t digest[32],
                       struct facts *facts_out, struct err *err)
{
    const unsigned bits = message->reference == NULL ? 0 : (unsigned char)message->reference[0];

    (void)db;
    (void)arena;
    (void)login;
    (void)digest;
    (void)err;
    *facts_out = (struct facts){
        .caller = known_caller,
        .service = {.code_known = true,
                    .found = true,
                    .edition = 1,
                    .active = true,
                    .correspondence = true,
                    .common = true,
                    .confidential = (bits & 1) != 0,
                    .name = "Post"},
        .reportee = {true, "Mottaker", PARTY_ACTIVE},
        .on_behalf_of = {(bits & 2) == 0, "Avsender", PARTY_ACTIVE},
        .reference_used = (bits & 4) != 0,
        .reportee_reserved = (bits & 8) != 0,
        .reportee_has_key_role = true,
        .actual_status = SENDER_ACTIVE,
        .actual_kind = SENDER_DPV_CUSTOMER,
        .reach = {contacts, 2, templates, sizeof(templates) / sizeof(templates[0])},
    };
    return true;
}

bool __wrap_audit_store_add(struct db *db, const struct audit_entry *entry, bool synchronous,
                            struct err *err)
{
    (void)db;
    (void)synchronous;
    (void)err;
    fuzz_hold(entry->result != NULL, "a row says what came of it");
    return true;
}

void __wrap_log_write(enum log_level level, const char *event, const struct log_field *fields,
                      size_t count)
{
    (void)level;
    (void)event;
    (void)fields;
    (void)count;
}

static void hold_credentials(const struct session *session, const struct credentials *credentials)
{
    const struct token *token = credentials->token;

    if (token == NULL)
        return;
    fuzz_hold(token->nonce_size == 0 || token->nonce != NULL, "a nonce stands somewhere");
    fuzz_hold(token->nonce_size <= NONCE_MAX, "a nonce is short");
    fuzz_hold(token->malformed == NULL ||
                  token_flaw(session->process->config, token, 0) == token->malformed,
              "what cannot be read is refused");
    fuzz_hold(!token->digest || token_needs_nonce(session->process->config, token),
              "a digest needs a nonce");
    token_flaw(session->process->config, token, INT64_C(1900000000000000));
    token_last_use(session->process->config, token);
}

/* Strings of a request lie in its memory; a sanitizer sees whether they end in it. */
static bool is_right(const struct session *session, const struct credentials *credentials,
                     struct err *err)
{
    hold_credentials(session, credentials);
    if (credentials->user_name != NULL && credentials->password != NULL &&
        strlen(credentials->user_name) > 0 && strlen(credentials->password) > 0)
        return true;
    return err_set_code(err, ERR_DENIED, 989, "wrong password");
}

bool __wrap_caller_verify(const struct session *session, const struct call *call,
                          const struct credentials *credentials, const struct caller *caller,
                          struct err *err)
{
    (void)call;
    (void)caller;
    return is_right(session, credentials, err);
}

bool __wrap_caller_authenticate(const struct session *session, const struct call *call,
                                const struct credentials *credentials, struct caller *caller_out,
                                struct err *err)
{
    (void)call;
    if (!is_right(session, credentials, err))
        return false;
    *caller_out = known_caller;
    return true;
}

static struct receipt receipt_of(const struct message_put *put, enum receipt_status status)
{
    return (struct receipt){.id = STORED_ID,
                            .last_changed = put->call->received,
                            .status = status,
                            .type = RECEIPT_TYPE_CORRESPONDENCE,
                            .text = RECEIPT_SAVED_TEXT,
                            .history = "",
                            .reference = put->message->reference,
                            .owner_number = known_caller.organization_number,
                            .party_number = put->message->reportee,
                            .correspondence_id = STORED_ID};
}

static void hold_plan(const struct plan *plan, const struct message *message)
{
    for (size_t i = 0; i < plan->count; i++) {
        fuzz_hold(plan->items[i].order < message->notification_count, "somebody asked for it");
        fuzz_hold(plan->items[i].transport == TRANSPORT_SMS ? plan->items[i].address[0] == '+'
                                                            : plan->items[i].address[0] != '\0',
                  "an address is one");
    }
}

/* As store/message_write.c answers it. */
bool __wrap_message_store_put(struct commit_queue *queue, struct db *db, struct arena *arena,
                              struct message_put *put, struct err *err)
{
    const struct plan *plan = &put->decision->plan;
    struct receipt *subs = arena_array(arena, plan->problem_count + 1, sizeof(*subs));

    (void)queue;
    (void)db;
    if (subs == NULL)
        return err_no_memory(err);
    hold_plan(plan, put->message);
    for (size_t i = 0; i < plan->problem_count; i++) {
        subs[i] = receipt_of(put, plan->problems[i].status);
        subs[i].text = plan->problems[i].text;
    }
    put->receipt = receipt_of(put, RECEIPT_OK);
    put->receipt.sub_receipts = subs;
    put->receipt.sub_receipt_count = plan->problem_count;
    return true;
}

bool __wrap_message_store_refuse(struct db *db, struct arena *arena, const struct message_put *put,
                                 const struct verdict *verdict, bool no_mailbox,
                                 struct receipt *receipt_out, struct err *err)
{
    (void)db;
    (void)no_mailbox;
    *receipt_out = receipt_of(put, RECEIPT_VALIDATION_FAILED);
    receipt_out->text = arena_strdup(arena, verdict->text);
    return receipt_out->text != NULL || err_no_memory(err);
}

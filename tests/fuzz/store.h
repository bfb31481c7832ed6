/* What the linker puts in the place of functions of store/ and service/ (see store.c). */
#ifndef DPVD_TESTS_FUZZ_STORE_H
#define DPVD_TESTS_FUZZ_STORE_H

#include "base/log.h"
#include "service/caller.h"
#include "store/audit_store.h"
#include "store/facts_store.h"
#include "store/message_store.h"

bool __wrap_db_open(const struct config *config, struct db **db_out, struct err *err);
bool __wrap_db_ensure(struct db *db, struct err *err);
bool __wrap_facts_load(struct db *db, struct arena *arena, const struct login *login,
                       const struct message *message, const uint8_t digest[32],
                       struct facts *facts_out, struct err *err);
bool __wrap_caller_verify(const struct session *session, const struct call *call,
                          const struct credentials *credentials, const struct caller *caller,
                          struct err *err);
bool __wrap_caller_authenticate(const struct session *session, const struct call *call,
                                const struct credentials *credentials, struct caller *caller_out,
                                struct err *err);
bool __wrap_message_store_put(struct commit_queue *queue, struct db *db, struct arena *arena,
                              struct message_put *put, struct err *err);
bool __wrap_message_store_refuse(struct db *db, struct arena *arena, const struct message_put *put,
                                 const struct verdict *verdict, bool no_mailbox,
                                 struct receipt *receipt_out, struct err *err);
bool __wrap_audit_store_add(struct db *db, const struct audit_entry *entry, bool synchronous,
                            struct err *err);
void __wrap_log_write(enum log_level level, const char *event, const struct log_field *fields,
                      size_t count);

#endif

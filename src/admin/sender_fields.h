/* What is known of a sender: its options, and how it is shown. */
#ifndef DPVD_ADMIN_SENDER_FIELDS_H
#define DPVD_ADMIN_SENDER_FIELDS_H

#include "admin/act.h"
#include "admin/options.h"
#include "store/sender_store.h"

extern const struct option_word sender_kinds[];
extern const struct option_word sender_statuses[];

/* Takes over what options give; an empty value takes away what need not be there. */
bool sender_fields_take(const struct act *act, struct sender_record *sender, struct err *err);

/* What must be there, and what must fit together (domain.md 2.2). */
bool sender_fields_check(const struct sender_record *sender, struct err *err);

/* Says on standard error which contacts the terms of use still ask for (domain.md 10.6). */
void sender_fields_remind(const struct sender_record *sender);

/* All of it. */
void sender_fields_show(struct sheet *sheet, const struct sender_record *sender);

#endif

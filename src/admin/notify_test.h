/* dpvd admin notify test-mail and test-sms: one message through a gateway. */
#ifndef DPVD_ADMIN_NOTIFY_TEST_H
#define DPVD_ADMIN_NOTIFY_TEST_H

#include "admin/command.h"

/* --to ADDRESS; they print what the gateway answered. */
bool notify_test_mail(const struct command_call *call, struct err *err);
bool notify_test_sms(const struct command_call *call, struct err *err);

#endif

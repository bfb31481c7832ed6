#include "admin/notify.h"

#include "admin/notify_test.h"

static const struct command_option mail_options[] = {{"--to", "ADDRESS", true}, {0}};
static const struct command_option sms_options[] = {{"--to", "NUMBER", true}, {0}};

const struct command notify_commands[] = {
    {"notify", "test-mail", "send an e-mail through the gateway of smtp_url", mail_options,
     notify_test_mail},
    {"notify", "test-sms", "send an SMS through the gateway of sms_url", sms_options,
     notify_test_sms},
    {0},
};

#include "delivery/originator.h"

#include "model/identifier.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Letters and digits of the name, digits of a number that phones show (3GPP TS 23.040, 9.1.2.5). */
enum { NAME_MAX_LENGTH = 11, NUMBER_MAX_LENGTH = 15 };

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text >= 0x80)
            return false;
    }
    return true;
}

static bool is_own_domain(const char *domains, const char *domain)
{
    while (*domains != '\0') {
        const size_t blank = strspn(domains, ", ");
        const size_t n = strcspn(domains + blank, ", ");

        if (n > 0 && n == strlen(domain) && strncasecmp(domains + blank, domain, n) == 0)
            return true;
        domains += blank + n;
    }
    return false;
}

void originator_mail(const struct config *config, const char *address, struct notice *notice)
{
    notice->from = config->mail_from;
    notice->from_name = config->mail_from_name[0] == '\0' ? NULL : config->mail_from_name;
    notice->reply_to = NULL;
    if (identifier_is_blank(address) || !is_ascii(address) || !identifier_is_email(address))
        return;
    if (is_own_domain(config->mail_domains, strrchr(address, '@') + 1)) {
        notice->from = address;
        notice->from_name = NULL;
    } else {
        notice->reply_to = address;
    }
}

static bool is_number(const char *text)
{
    const char *digits = text + (*text == '+');
    const size_t n = strlen(digits);

    return n > 0 && n <= NUMBER_MAX_LENGTH && identifier_is_digits(digits, n);
}

static bool is_name(const char *text)
{
    const size_t n = strlen(text);

    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != ' ')
            return false;
    }
    return n > 0 && n <= NAME_MAX_LENGTH;
}

void originator_sms(const struct config *config, const char *short_name, struct notice *notice)
{
    notice->from = short_name != NULL && is_name(short_name) ? short_name : config->sms_sender;
}

bool originator_verify(const struct config *config, struct err *err)
{
    if (!is_ascii(config->mail_from) || !identifier_is_email(config->mail_from))
        return err_set(err, ERR_INVALID, "mail_from: \"%s\" is no e-mail address",
                       config->mail_from);
    if (!is_name(config->sms_sender) && !is_number(config->sms_sender))
        return err_set(err, ERR_INVALID, "sms_sender: \"%s\" cannot be shown", config->sms_sender);
    return true;
}

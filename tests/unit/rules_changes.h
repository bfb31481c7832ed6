/* Changes to the envelope of the good message, to its reply options, and to what the registers say
 * of its parties. */
#ifndef DPVD_TESTS_UNIT_RULES_CHANGES_H
#define DPVD_TESTS_UNIT_RULES_CHANGES_H

#include "rules_rig.h"

static void three_options(struct rig *r)
{
    r->m.reply_options = r->options;
    r->m.reply_option_count = MOST_OPTIONS;
}

static void four_options(struct rig *r)
{
    r->m.reply_options = r->options;
    r->m.reply_option_count = MOST_OPTIONS + 1;
}

static void suspended(struct rig *r)
{
    r->f.caller.status = SENDER_SUSPENDED;
}

static void terminated(struct rig *r)
{
    r->f.caller.status = SENDER_TERMINATED;
}

static void active_customer(struct rig *r)
{
    r->f.caller.kind = SENDER_DPV_CUSTOMER;
}

static void no_code_at_all(struct rig *r)
{
    r->m.system_user_code = NULL;
    r->f.caller.system_user_code = NULL;
}

static void blank_code_and_no_own(struct rig *r)
{
    r->m.system_user_code = " ";
    r->f.caller.system_user_code = NULL;
}

static void code_of_the_system_user(struct rig *r)
{
    r->m.system_user_code = NULL;
}

static void system_user_without_code(struct rig *r)
{
    r->f.caller.system_user_code = NULL;
}

static void no_correspondence(struct rig *r)
{
    r->m.given = false;
}

static void no_content(struct rig *r)
{
    r->m.has_content = false;
}

static void no_change(struct rig *r)
{
    (void)r;
}

static void used_reference_refused(struct rig *r)
{
    r->f.reference_used = true;
    r->l.refuse_used_reference = true;
}

static void used_reference_accepted(struct rig *r)
{
    r->f.reference_used = true;
}

static void new_reference_while_used_ones_are_refused(struct rig *r)
{
    r->l.refuse_used_reference = true;
}

static void case_zero(struct rig *r)
{
    r->m.has_case_id = true;
}

static void on_behalf_of_nobody_known(struct rig *r)
{
    r->f.on_behalf_of.found = false;
}

static void on_behalf_of_nobody(struct rig *r)
{
    r->m.on_behalf_of = "";
    r->f.on_behalf_of.found = false;
}

static void code_of_another(struct rig *r)
{
    r->f.code_of_another = true;
}

static void own_code_instead_of_none(struct rig *r)
{
    code_of_another(r);
    r->m.system_user_code = " ";
}

static void actual_sender(struct rig *r, int status, enum on_behalf_of_check check)
{
    r->f.actual_status = (enum sender_status)status;
    r->l.on_behalf_of_check = check;
}

static void actual_suspended(struct rig *r)
{
    actual_sender(r, SENDER_SUSPENDED, CHECK_OFF);
}

static void actual_terminated(struct rig *r)
{
    actual_sender(r, SENDER_TERMINATED, CHECK_WARN);
}

static void actual_suspended_and_checked(struct rig *r)
{
    actual_sender(r, SENDER_SUSPENDED, CHECK_ENFORCE);
}

static void actual_terminated_and_checked(struct rig *r)
{
    actual_sender(r, SENDER_TERMINATED, CHECK_ENFORCE);
}

static void actual_unknown_and_checked(struct rig *r)
{
    actual_sender(r, 0, CHECK_ENFORCE);
}

static void actual_unknown_and_noted(struct rig *r)
{
    actual_sender(r, 0, CHECK_WARN);
}

static void actual_active_and_checked(struct rig *r)
{
    actual_sender(r, SENDER_ACTIVE, CHECK_ENFORCE);
}

/* What the facts say of OnBehalfOfOrgNr is not looked at. */
static void for_itself_and_checked(struct rig *r)
{
    actual_sender(r, SENDER_SUSPENDED, CHECK_ENFORCE);
    r->m.on_behalf_of = r->f.caller.organization_number;
}

static void for_nobody_and_checked(struct rig *r)
{
    for_itself_and_checked(r);
    r->m.on_behalf_of = NULL;
}

static void quota_reached(struct rig *r)
{
    r->l.quota = 10;
}

static void quota_passed(struct rig *r)
{
    r->l.quota = 9;
}

static void quota_of_the_caller_reached(struct rig *r)
{
    r->l.quota = 10;
    r->m.on_behalf_of = NULL;
    r->f.caller.kind = SENDER_DPV_CUSTOMER;
}

static void quota_of_nobody_known_reached(struct rig *r)
{
    r->l.quota = 10;
    r->f.actual_kind = 0;
}

static void quota_not_reached(struct rig *r)
{
    r->l.quota = 11;
}

static void quota_of_a_service_owner(struct rig *r)
{
    r->l.quota = 10;
    r->f.actual_kind = SENDER_SERVICE_OWNER;
}

static void quota_of_the_caller_a_service_owner(struct rig *r)
{
    r->l.quota = 10;
    r->m.on_behalf_of = NULL;
}

static void option_of_no_kind(struct rig *r)
{
    r->option = (struct reply_option){0};
}

static void option_of_two_kinds(struct rig *r)
{
    r->option.has_service = true;
    r->option.service_code = "1";
}

static void option_of_three_kinds(struct rig *r)
{
    option_of_two_kinds(r);
    r->option.has_archive_reference = true;
    r->option.archive_reference = "1";
}

static void option_of_service(struct rig *r)
{
    r->option = (struct reply_option){.has_service = true, .service_code = "1"};
}

static void option_of_archive_reference(struct rig *r)
{
    r->option = (struct reply_option){.has_archive_reference = true, .archive_reference = "1"};
}

static void option_of_service_without_code(struct rig *r)
{
    r->option = (struct reply_option){.has_service = true, .service_edition = "1"};
}

static void option_of_service_with_blank_code(struct rig *r)
{
    r->option = (struct reply_option){.has_service = true, .service_code = " "};
}

static void option_of_edition(struct rig *r, const char *edition)
{
    option_of_service(r);
    r->option.service_edition = edition;
}

static void option_of_edition_ten(struct rig *r)
{
    option_of_edition(r, "ten");
}

static void option_of_negative_edition(struct rig *r)
{
    option_of_edition(r, "-1");
}

static void option_of_huge_edition(struct rig *r)
{
    option_of_edition(r, "1000000000");
}

static void option_of_edition_10(struct rig *r)
{
    option_of_edition(r, "10");
}

static void option_of_empty_edition(struct rig *r)
{
    option_of_edition(r, "");
}

static void option_of_blank_archive_reference(struct rig *r)
{
    r->option = (struct reply_option){.has_archive_reference = true, .archive_reference = " "};
}

static void link_of(struct rig *r, int length)
{
    static char text[300];

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://", 8);
    text[length] = '\0';
    r->option.link_url = text;
}

static void link_of_256(struct rig *r)
{
    link_of(r, 256);
}

static void link_of_255(struct rig *r)
{
    link_of(r, 255);
}

static void synthetic_person_allowed(struct rig *r)
{
    r->m.reportee = "15819010029";
    r->l.synthetic_persons = true;
}

static void reportee_not_registered(struct rig *r)
{
    r->f.reportee = (struct party){0};
}

static void person_not_registered(struct rig *r)
{
    r->m.reportee = "31019650025";
    r->f.reportee = (struct party){0};
}

static void deleted(struct rig *r)
{
    r->f.reportee.status = PARTY_DELETED;
}

static void bankrupt(struct rig *r)
{
    r->f.reportee.status = PARTY_BANKRUPT;
}

static void dead(struct rig *r)
{
    r->f.reportee.status = PARTY_DEAD;
}

static void no_such_service(struct rig *r)
{
    r->f.service.found = false;
    r->f.service.code_known = true;
}

static void service_closed(struct rig *r)
{
    r->f.service.active = false;
}

static void service_of_forms(struct rig *r)
{
    r->f.service.correspondence = false;
}

static void service_of_another_owner(struct rig *r)
{
    r->f.service.common = false;
    r->f.service.owner_id = 8;
}

static void service_of_the_operator(struct rig *r)
{
    r->f.service.common = false;
}

static void own_service_of_a_customer(struct rig *r)
{
    r->f.caller.kind = SENDER_DPV_CUSTOMER;
    r->f.service.common = false;
    r->f.service.owner_id = 7;
}

static void own_service(struct rig *r)
{
    r->f.service.common = false;
    r->f.service.owner_id = 7;
}

#endif

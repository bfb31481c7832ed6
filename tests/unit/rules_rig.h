/* A message that breaks no rule, and the changes to it that no single text makes. */
#ifndef DPVD_TESTS_UNIT_RULES_RIG_H
#define DPVD_TESTS_UNIT_RULES_RIG_H

#include "model/decision.h"

#include <check.h>
#include <string.h>

enum { MOST_OPTIONS = 3, MOST_NOTIFICATIONS = 10, MOST_END_POINTS = 50, BODY = 5000 };

/* A message with every field that a rule looks at, and what its pointers point to. */
struct rig {
    struct message m;
    struct facts f;
    struct rule_limits l;
    struct attachment attachments[2];
    struct xml_attachment xml_attachment;
    struct reply_option option;
    struct reply_option options[MOST_OPTIONS + 1];
    struct notification_order orders[MOST_NOTIFICATIONS + 1];
    struct receiver_end_point points[MOST_END_POINTS];
    struct receiver_end_point point;
    struct sdp_options sdp;
};

static struct blob *full;
static struct blob *empty;

static void set_up(void)
{
    struct err err = {0};

    full = blob_new("/tmp", 16);
    empty = blob_new("/tmp", 16);
    ck_assert(full != NULL && empty != NULL && blob_add(full, "x", 1, &err));
}

static void tear_down(void)
{
    blob_free(&full);
    blob_free(&empty);
}

static void rig_facts(struct rig *r)
{
    r->f = (struct facts){
        .caller = {.found = true,
                   .system_user_code = "ABC",
                   .sender_id = 7,
                   .kind = SENDER_SERVICE_OWNER,
                   .status = SENDER_ACTIVE,
                   .organization_number = "991825827",
                   .name = "A"},
        .service = {.found = true, .active = true, .correspondence = true, .common = true},
        .reportee = {true, "B", PARTY_ACTIVE},
        .on_behalf_of = {true, "C", PARTY_ACTIVE},
    };
    r->l = (struct rule_limits){.reference_length = 255,
                                .title_length = 1000,
                                .summary_length = 4000,
                                .body_length = BODY,
                                .sender_length = 255,
                                .reply_options = MOST_OPTIONS,
                                .notifications = MOST_NOTIFICATIONS,
                                .end_points = MOST_END_POINTS};
}

static void rig_lists(struct rig *r)
{
    for (int i = 0; i < 2; i++)
        r->attachments[i] = (struct attachment){
            .file_name = i == 0 ? "a.pdf" : "b.pdf", .name = "n", .content = full};
    r->option = (struct reply_option){.has_url = true, .link_url = "https://example.no/"};
    for (int i = 0; i <= MOST_OPTIONS; i++)
        r->options[i] = r->option;
    for (int i = 0; i < MOST_END_POINTS; i++)
        r->points[i] = (struct receiver_end_point){TRANSPORT_EMAIL, "a@example.no"};
    r->point = (struct receiver_end_point){TRANSPORT_SMS, "91929394"};
    for (int i = 0; i <= MOST_NOTIFICATIONS; i++)
        r->orders[i] = (struct notification_order){.from_address = "b@example.no",
                                                   .language_code = "1044",
                                                   .type = "VarselDPVMedRevarsel",
                                                   .end_points = i == 0 ? r->points : &r->point,
                                                   .end_point_count = i <= 1};
    r->sdp = (struct sdp_options){.primary_document = "a.pdf"};
}

static void rig_init(struct rig *r)
{
    memset(r, 0, sizeof(*r));
    rig_facts(r);
    rig_lists(r);
    r->m = (struct message){.system_user_code = "ABC_1",
                            .reference = "ref-1",
                            .given = true,
                            .service_code = "4255",
                            .service_edition = "10",
                            .reportee = "910820605",
                            .has_content = true,
                            .language_code = "1044",
                            .title = "t",
                            .summary = "s",
                            .body = "b",
                            .custom_data = "c",
                            .attachments = r->attachments,
                            .attachment_count = 2,
                            .xml_attachments = &r->xml_attachment,
                            .archive_reference = "AR1",
                            .reply_options = &r->option,
                            .reply_option_count = 1,
                            .notifications = r->orders,
                            .notification_count = 2,
                            .message_sender = "d",
                            .sdp = &r->sdp,
                            .on_behalf_of = "974760673"};
}

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

static void option_of_no_kind(struct rig *r)
{
    r->option = (struct reply_option){0};
}

static void option_of_two_kinds(struct rig *r)
{
    r->option.has_service = true;
}

static void option_of_three_kinds(struct rig *r)
{
    r->option.has_service = r->option.has_archive_reference = true;
}

static void option_of_service(struct rig *r)
{
    r->option = (struct reply_option){.has_service = true, .service_code = "1"};
}

static void option_of_archive_reference(struct rig *r)
{
    r->option = (struct reply_option){.has_archive_reference = true, .archive_reference = "1"};
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

static void one_xml_attachment(struct rig *r)
{
    r->m.xml_attachment_count = 1;
}

static void too_many_bytes(struct rig *r)
{
    r->m.attachments_overflow = true;
}

static void attachment_without_content(struct rig *r)
{
    r->attachments[1].content = NULL;
}

static void attachment_of_no_bytes(struct rig *r)
{
    r->attachments[1].content = empty;
}

static void sdp_without_attachments(struct rig *r)
{
    r->m.attachment_count = 0;
}

static void no_sdp_and_no_attachments(struct rig *r)
{
    r->m.attachment_count = 0;
    r->m.sdp = NULL;
}

static void backup_unwanted(struct rig *r)
{
    r->sdp.backup_altinn = CHOICE_NO;
}

static void backup_wanted(struct rig *r)
{
    r->sdp.backup_altinn = CHOICE_YES;
}

static void eleven_notifications(struct rig *r)
{
    r->m.notification_count = MOST_NOTIFICATIONS + 1;
}

static void ten_notifications(struct rig *r)
{
    r->m.notification_count = MOST_NOTIFICATIONS;
}

static void fifty_one_end_points(struct rig *r)
{
    r->orders[0].end_point_count = MOST_END_POINTS;
}

static void fifty_end_points(struct rig *r)
{
    r->orders[0].end_point_count = MOST_END_POINTS - 1;
}

static void notification_without_end_points(struct rig *r)
{
    r->orders[1].end_point_count = 0;
}

static void transport_missing(struct rig *r)
{
    r->point = (struct receiver_end_point){0};
}

static void transport_im(struct rig *r)
{
    r->point = (struct receiver_end_point){TRANSPORT_IM, NULL};
}

static void address_of_both(struct rig *r)
{
    r->point.transport = TRANSPORT_BOTH;
}

static void address_of_sms_preferred(struct rig *r)
{
    r->point.transport = TRANSPORT_SMS_PREFERRED;
}

static void address_of_email_preferred(struct rig *r)
{
    r->point.transport = TRANSPORT_EMAIL_PREFERRED;
}

static void address_of_priority(struct rig *r)
{
    r->point.transport = TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER;
}

static void both_with_empty_address(struct rig *r)
{
    r->point = (struct receiver_end_point){TRANSPORT_BOTH, ""};
}

static void priority_without_address(struct rig *r)
{
    r->point = (struct receiver_end_point){TRANSPORT_PRIORITY_EMAIL_SMS_REMINDER, NULL};
}

static void sms_without_address(struct rig *r)
{
    r->point = (struct receiver_end_point){TRANSPORT_SMS, NULL};
}

static void confidential_and_silent(struct rig *r)
{
    r->f.service.confidential = true;
    r->m.notification_count = 0;
}

static void confidential(struct rig *r)
{
    r->f.service.confidential = true;
}

static void silent(struct rig *r)
{
    r->m.notification_count = 0;
}

#endif

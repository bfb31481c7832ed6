/* A message that breaks no rule. */
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
    uint32_t days[11];
    struct contact contact;
};

static const struct template rig_templates[] = {
    {"VarselDPVUtenRevarsel", "1044", true, true, false},
    {"VarselDPVMedRevarsel", "1044", true, true, true},
    {"TokenTextOnly", "1044", true, true, false},
    {"Correspondence", "1044", true, true, false},
    {"General", "1044", true, true, false},
    {"EmailOnly", "1044", true, false, false},
    {"EnglishOnly", "1033", true, true, false},
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
        .reportee_has_key_role = true,
        .actual_status = SENDER_ACTIVE,
        .actual_kind = SENDER_DPV_CUSTOMER,
        .sent_this_year = 10,
        .reach = {&r->contact, 1, rig_templates, sizeof(rig_templates) / sizeof(rig_templates[0])},
    };
    r->contact = (struct contact){TRANSPORT_SMS, "41929394"};
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
    for (uint32_t i = 0; i < 11; i++)
        r->days[i] = i == 0 ? 25 : 0;
    r->sdp = (struct sdp_options){
        .has_setting = true,
        .primary_document = "a.pdf",
        .email = {.given = true,
                  .text = "e",
                  .repeats = true,
                  .days_delayed = r->days,
                  .days_delayed_count = 10},
        .sms = {.given = true, .text = "s"},
    };
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

#endif

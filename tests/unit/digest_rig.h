/* A message with every field filled, for what makes its digest. */
#ifndef DPVD_TESTS_UNIT_DIGEST_RIG_H
#define DPVD_TESTS_UNIT_DIGEST_RIG_H

#include "model/message.h"

#include <check.h>
#include <string.h>

enum { ITEMS = 3, GIVEN = 2 };

/* Its lists hold one item more than is given. */
struct rig {
    struct message message;
    struct attachment attachments[ITEMS];
    struct xml_attachment xml_attachments[ITEMS];
    struct reply_option options[ITEMS];
    struct notification_order orders[ITEMS];
    struct text_token tokens[ITEMS];
    struct receiver_end_point points[ITEMS];
    struct sdp_options sdp;
    uint32_t days[ITEMS];
};

static const char *const words[ITEMS] = {"one", "two", "three"};
static struct blob *blobs[ITEMS];

static struct blob *a_blob(const char *text, size_t memory)
{
    struct blob *blob = blob_new("/tmp", memory);
    struct err err = {0};

    ck_assert(blob != NULL && blob_add(blob, text, strlen(text), &err));
    blob_finish(blob);
    return blob;
}

static void set_up(void)
{
    for (int i = 0; i < ITEMS; i++)
        blobs[i] = a_blob(words[i], 1024);
}

static void tear_down(void)
{
    for (int i = 0; i < ITEMS; i++)
        blob_free(&blobs[i]);
}

static void fill_lists(struct rig *r)
{
    for (int i = 0; i < ITEMS; i++) {
        const char *word = words[i];

        r->attachments[i] = (struct attachment){
            DESTINATION_PORTAL_ONLY, FUNCTION_UNSPECIFIED, word, "n", false, blobs[i], "r"};
        r->xml_attachments[i] = (struct xml_attachment){word, "x", "y"};
        r->options[i] =
            (struct reply_option){true, word, "e", false, "a", true, "t", "http://example.no/"};
        r->tokens[i] = (struct text_token){i, word};
        r->points[i] = (struct receiver_end_point){TRANSPORT_SMS, word};
        r->orders[i] = (struct notification_order){word,      {true, 1}, "1044",    "General",
                                                   r->tokens, GIVEN,     r->points, GIVEN};
        r->days[i] = (uint32_t)i;
    }
    r->sdp = (struct sdp_options){.backup_altinn = CHOICE_NO,
                                  .not_sensitive_title = "s",
                                  .primary_document = "p",
                                  .title = "t",
                                  .visible = {true, 1},
                                  .email = {true, "e", "a", true, r->days, GIVEN},
                                  .sms = {true, "s", "n", true, r->days, GIVEN}};
}

static void rig_init(struct rig *r)
{
    memset(r, 0, sizeof(*r));
    fill_lists(r);
    r->message = (struct message){.system_user_code = "code",
                                  .reference = "reference",
                                  .given = true,
                                  .service_code = "4255",
                                  .service_edition = "10",
                                  .reportee = "910820605",
                                  .has_content = true,
                                  .language_code = "1044",
                                  .title = "title",
                                  .summary = "summary",
                                  .body = "body",
                                  .custom_data = "custom",
                                  .attachments = r->attachments,
                                  .attachment_count = GIVEN,
                                  .xml_attachments = r->xml_attachments,
                                  .xml_attachment_count = GIVEN,
                                  .visible = {true, 1},
                                  .allow_system_delete = {true, 1},
                                  .due = {true, 1},
                                  .archive_reference = "archive",
                                  .reply_options = r->options,
                                  .reply_option_count = GIVEN,
                                  .notifications = r->orders,
                                  .notification_count = GIVEN,
                                  .has_case_id = true,
                                  .case_id = 1,
                                  .message_sender = "sender",
                                  .sdp = &r->sdp,
                                  .on_behalf_of = "974760673"};
}

#endif

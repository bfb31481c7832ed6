/* Changes to attachments, SdpOptions and notifications of the good message. */
#ifndef DPVD_TESTS_UNIT_RULES_CHANGES_CONTENT_H
#define DPVD_TESTS_UNIT_RULES_CHANGES_CONTENT_H

#include "rules_rig.h"

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

static void sdp_without_setting(struct rig *r)
{
    r->sdp.has_setting = false;
}

static void sdp_without_notifications(struct rig *r)
{
    r->sdp.email = r->sdp.sms = (struct sdp_notification){0};
}

static void eleven_repetitions(struct rig *r)
{
    r->sdp.email.days_delayed_count = 11;
}

static void no_repetitions_in_the_list(struct rig *r)
{
    r->sdp.email.days_delayed_count = 0;
}

static void repetition_after_26_days(struct rig *r)
{
    r->sdp.sms = r->sdp.email;
    r->sdp.sms.days_delayed_count = 1;
    r->sdp.sms.days_delayed = r->days + 10;
    r->days[10] = 26;
}

static void no_list_of_repetitions(struct rig *r)
{
    r->sdp.email.repeats = false;
    r->sdp.email.days_delayed_count = 0;
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

static void confidential(struct rig *r)
{
    r->f.service.confidential = true;
}

static void confidential_and_silent(struct rig *r)
{
    confidential(r);
    r->m.notification_count = 0;
}

/* The only end point is one for SMS. */
static void confidential_without_text(struct rig *r)
{
    confidential(r);
    r->orders[1].type = "EmailOnly";
    r->m.notifications = r->orders + 1;
    r->m.notification_count = 1;
}

static void confidential_without_text_in_the_language(struct rig *r)
{
    confidential_without_text(r);
    r->orders[1].type = "EnglishOnly";
}

static void confidential_with_one_text(struct rig *r)
{
    confidential(r);
    r->orders[0].type = "EnglishOnly";
}

static void confidential_without_roles(struct rig *r)
{
    confidential(r);
    r->f.reportee_has_key_role = false;
}

static void roles_without_confidence(struct rig *r)
{
    r->f.reportee_has_key_role = false;
}

static void confidential_to_a_person(struct rig *r)
{
    confidential_without_roles(r);
    r->m.reportee = "31019650025";
}

static void confidential_without_address(struct rig *r)
{
    confidential(r);
    r->f.reach.contact_count = 0;
    r->m.notifications = r->orders + 2; /* without end points */
    r->m.notification_count = 1;
}

static void confidential_with_bad_addresses(struct rig *r)
{
    confidential(r);
    r->contact.address = "22334455";
    r->points[0].address = "a";
    r->point.address = "1";
}

static void confidential_with_a_registered_address(struct rig *r)
{
    confidential_without_address(r);
    r->f.reach.contact_count = 1;
}

static void no_address_at_all(struct rig *r)
{
    confidential_without_address(r);
    r->f.service.confidential = false;
}

static void silent(struct rig *r)
{
    r->m.notification_count = 0;
}

#endif

/* A message with two Notifications, what the registers say about it, and its plan as a text. */
#ifndef DPVD_TESTS_UNIT_PLAN_RIG_H
#define DPVD_TESTS_UNIT_PLAN_RIG_H

#include "base/buf.h"
#include "model/plan.h"

#include <check.h>
#include <stdlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define ORGANIZATION "910820605"
#define PERSON "31019650025"
#define ONCE "VarselDPVUtenRevarsel"
#define TWICE "VarselDPVMedRevarsel"

enum { MOST_POINTS = 8, MOST_CONTACTS = 8 };

static const int64_t visible = INT64_C(1508151330) * 1000000;
static const int64_t week = INT64_C(7) * 24 * 3600 * 1000000;

static const struct template templates[] = {
    {ONCE, "1044", true, true, false},    {TWICE, "1044", true, true, true},
    {ONCE, "1033", true, false, false},   {TWICE, "1033", false, true, true},
    {TWICE, "2068", false, false, false},
};

static struct arena *arena;
static struct message message;
static struct notification_order orders[2];
static struct receiver_end_point points[MOST_POINTS];
static struct contact contacts[MOST_CONTACTS];
static struct reach reach;
static struct plan_terms terms;
static struct plan plan;
static struct buf text;

static void set_up(void)
{
    arena = arena_new();
    ck_assert_ptr_nonnull(arena);
    for (int i = 0; i < COUNT(orders); i++)
        orders[i] = (struct notification_order){
            .language_code = "1044", .type = ONCE, .end_points = points};
    message = (struct message){
        .reportee = ORGANIZATION, .notifications = orders, .notification_count = 1};
    reach = (struct reach){contacts, 0, templates, COUNT(templates)};
    terms = (struct plan_terms){visible, week, false};
}

static void tear_down(void)
{
    buf_free(&text);
    arena_free(&arena);
}

/* One more end point of the first Notification. */
static void order_to(enum transport_type transport, const char *address)
{
    points[orders[0].end_point_count++] = (struct receiver_end_point){transport, address};
}

/* One more address in the registers. */
static void registered(const char *address, enum transport_type transport)
{
    contacts[reach.contact_count++] = (struct contact){transport, address};
}

enum { NONE = 0, MAIL = 1, SMS = 2 };

/* Two e-mail addresses and two numbers, as far as they are registered. */
static void register_some(int kinds)
{
    if (kinds & MAIL)
        registered("a@example.no", TRANSPORT_EMAIL);
    if (kinds & SMS)
        registered("91929394", TRANSPORT_SMS);
    if (kinds & MAIL)
        registered("b@example.no", TRANSPORT_EMAIL);
    if (kinds & SMS)
        registered("41424344", TRANSPORT_SMS);
}

#define MAILS "E a@example.no, E b@example.no"
#define NUMBERS "S 91929394, S 41424344"
#define MAILS_AGAIN "E* a@example.no, E* b@example.no"
#define NUMBERS_AGAIN "S* 91929394, S* 41424344"

static void make_plan(void)
{
    ck_assert(plan_make(arena, &message, &reach, &terms, &plan));
    ck_assert(plan_reaches_anyone(&message, &reach) == (plan.count > 0));
}

/* "E a@example.no, S 91929394, E* a@example.no": channel, star for a reminder, recipient. */
static const char *sendings(void)
{
    make_plan();
    text.len = 0;
    ck_assert(buf_add_text(&text, ""));
    for (size_t i = 0; i < plan.count; i++)
        ck_assert(buf_add_format(&text, "%s%s%s %s", i == 0 ? "" : ", ",
                                 plan.items[i].transport == TRANSPORT_SMS ? "S" : "E",
                                 plan.items[i].reminder ? "*" : "", plan.items[i].recipient));
    return text.data;
}

/* "R30304, V30010": status and ErrorID. */
static const char *problems(void)
{
    make_plan();
    text.len = 0;
    ck_assert(buf_add_text(&text, ""));
    for (size_t i = 0; i < plan.problem_count; i++)
        ck_assert(buf_add_format(&text, "%s%s%d", i == 0 ? "" : ", ",
                                 plan.problems[i].status == RECEIPT_REJECTED ? "R" : "V",
                                 plan.problems[i].error_id));
    return text.data;
}

#endif

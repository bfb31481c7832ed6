/* What makes two requests the same request (security.md 5). */
#include "base/ident.h"
#include "digest_rig.h"
#include "no_memory.h"

#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ------------------------------------------------------------------ every field */

enum kind { TEXT, FLAG, CHOICE, NUMBER, AMOUNT, MOMENT, LIST, CONTENT, OPTIONS, NESTED };
enum effect { COUNTS, IGNORED };
enum owner {
    MESSAGE,
    ATTACHMENT,
    XML_ATTACHMENT,
    OPTION,
    ORDER,
    TOKEN,
    POINT,
    SDP,
    SDP_EMAIL,
    SDP_SMS,
    OWNERS
};

static const struct owner_layout {
    size_t place; /* in the rig; of a list its second item */
    size_t size;
} owners[OWNERS] = {
    [MESSAGE] = {offsetof(struct rig, message), sizeof(struct message)},
    [ATTACHMENT] = {offsetof(struct rig, attachments[1]), sizeof(struct attachment)},
    [XML_ATTACHMENT] = {offsetof(struct rig, xml_attachments[1]), sizeof(struct xml_attachment)},
    [OPTION] = {offsetof(struct rig, options[1]), sizeof(struct reply_option)},
    [ORDER] = {offsetof(struct rig, orders[1]), sizeof(struct notification_order)},
    [TOKEN] = {offsetof(struct rig, tokens[1]), sizeof(struct text_token)},
    [POINT] = {offsetof(struct rig, points[1]), sizeof(struct receiver_end_point)},
    [SDP] = {offsetof(struct rig, sdp), sizeof(struct sdp_options)},
    [SDP_EMAIL] = {offsetof(struct rig, sdp.email), sizeof(struct sdp_notification)},
    [SDP_SMS] = {offsetof(struct rig, sdp.sms), sizeof(struct sdp_notification)},
};

struct field {
    const char *name;
    enum owner owner;
    size_t offset;
    size_t size;
    enum kind kind;
    enum effect effect;
    size_t item; /* size of an item of a LIST */
};

#define FIELD(owner, type, member)                                                                 \
#type "." #member, owner, offsetof(struct type, member), sizeof(((struct type *)NULL)->member)
#define M(member) FIELD(MESSAGE, message, member)
#define A(member) FIELD(ATTACHMENT, attachment, member)
#define X(member) FIELD(XML_ATTACHMENT, xml_attachment, member)
#define O(member) FIELD(OPTION, reply_option, member)
#define N(member) FIELD(ORDER, notification_order, member)
#define T(member) FIELD(TOKEN, text_token, member)
#define P(member) FIELD(POINT, receiver_end_point, member)
#define S(member) FIELD(SDP, sdp_options, member)
#define E(member) FIELD(SDP_EMAIL, sdp_notification, member)
#define G(member) FIELD(SDP_SMS, sdp_notification, member)

/* The size of a pointer to a struct is what is meant. */
/* NOLINTBEGIN(bugprone-sizeof-expression) */
/* clang-format off */
static const struct field fields[] = {
    {M(system_user_code), TEXT, IGNORED, 0},
    {M(reference), TEXT, COUNTS, 0},
    {M(given), FLAG, COUNTS, 0},
    {M(service_code), TEXT, COUNTS, 0},
    {M(service_edition), TEXT, COUNTS, 0},
    {M(reportee), TEXT, COUNTS, 0},
    {M(has_content), FLAG, COUNTS, 0},
    {M(language_code), TEXT, COUNTS, 0},
    {M(title), TEXT, COUNTS, 0},
    {M(summary), TEXT, COUNTS, 0},
    {M(body), TEXT, COUNTS, 0},
    {M(custom_data), TEXT, COUNTS, 0},
    {M(attachments), LIST, COUNTS, sizeof(struct attachment)},
    {M(attachment_count), AMOUNT, COUNTS, 0},
    {M(attachments_overflow), FLAG, COUNTS, 0},
    {M(xml_attachments), LIST, COUNTS, sizeof(struct xml_attachment)},
    {M(xml_attachment_count), AMOUNT, COUNTS, 0},
    {M(visible), MOMENT, IGNORED, 0},
    {M(allow_system_delete), MOMENT, IGNORED, 0},
    {M(due), MOMENT, IGNORED, 0},
    {M(archive_reference), TEXT, COUNTS, 0},
    {M(reply_options), LIST, COUNTS, sizeof(struct reply_option)},
    {M(reply_option_count), AMOUNT, COUNTS, 0},
    {M(notifications), LIST, COUNTS, sizeof(struct notification_order)},
    {M(notification_count), AMOUNT, COUNTS, 0},
    {M(allow_forwarding), CHOICE, COUNTS, 0},
    {M(has_case_id), FLAG, COUNTS, 0},
    {M(case_id), NUMBER, COUNTS, 0},
    {M(message_sender), TEXT, COUNTS, 0},
    {M(is_reservable), CHOICE, COUNTS, 0},
    {M(sdp), OPTIONS, COUNTS, 0},
    {M(on_behalf_of), TEXT, COUNTS, 0},

    {A(destination), CHOICE, COUNTS, 0},
    {A(function), CHOICE, COUNTS, 0},
    {A(file_name), TEXT, COUNTS, 0},
    {A(name), TEXT, COUNTS, 0},
    {A(encrypted), FLAG, COUNTS, 0},
    {A(content), CONTENT, COUNTS, 0},
    {A(senders_reference), TEXT, COUNTS, 0},

    {X(senders_reference), TEXT, COUNTS, 0},
    {X(form_data), TEXT, COUNTS, 0},
    {X(data_format_id), TEXT, COUNTS, 0},

    {O(has_service), FLAG, COUNTS, 0},
    {O(service_code), TEXT, COUNTS, 0},
    {O(service_edition), TEXT, COUNTS, 0},
    {O(has_archive_reference), FLAG, COUNTS, 0},
    {O(archive_reference), TEXT, COUNTS, 0},
    {O(has_url), FLAG, COUNTS, 0},
    {O(link_text), TEXT, COUNTS, 0},
    {O(link_url), TEXT, COUNTS, 0},

    {N(from_address), TEXT, COUNTS, 0},
    {N(shipment), MOMENT, IGNORED, 0},
    {N(language_code), TEXT, COUNTS, 0},
    {N(type), TEXT, COUNTS, 0},
    {N(tokens), LIST, COUNTS, sizeof(struct text_token)},
    {N(token_count), AMOUNT, COUNTS, 0},
    {N(end_points), LIST, COUNTS, sizeof(struct receiver_end_point)},
    {N(end_point_count), AMOUNT, COUNTS, 0},

    {T(number), NUMBER, IGNORED, 0},
    {T(value), TEXT, COUNTS, 0},

    {P(transport), CHOICE, COUNTS, 0},
    {P(address), TEXT, COUNTS, 0},

    {S(backup_altinn), CHOICE, COUNTS, 0},
    {S(not_sensitive_title), TEXT, COUNTS, 0},
    {S(primary_document), TEXT, COUNTS, 0},
    {S(has_setting), FLAG, IGNORED, 0},
    {S(copy_altinn), FLAG, COUNTS, 0},
    {S(title), TEXT, COUNTS, 0},
    {S(visible), MOMENT, IGNORED, 0},
    {S(email), NESTED, COUNTS, 0},
    {S(sms), NESTED, COUNTS, 0},

    {E(given), FLAG, COUNTS, 0},
    {E(text), TEXT, COUNTS, 0},
    {E(address), TEXT, COUNTS, 0},
    {E(repeats), FLAG, IGNORED, 0},
    {E(days_delayed), LIST, COUNTS, sizeof(uint32_t)},
    {E(days_delayed_count), AMOUNT, COUNTS, 0},

    {G(given), FLAG, COUNTS, 0},
    {G(text), TEXT, COUNTS, 0},
    {G(address), TEXT, COUNTS, 0},
    {G(repeats), FLAG, IGNORED, 0},
    {G(days_delayed), LIST, COUNTS, sizeof(uint32_t)},
    {G(days_delayed_count), AMOUNT, COUNTS, 0},
};
/* clang-format on */
/* NOLINTEND(bugprone-sizeof-expression) */

static const char other_text[] = "another text";
static const struct sdp_options other_sdp = {.title = "another"};

/* Every kind of field has as many other values: variant 0 always, the rest where there are more. */
static bool change(const struct field *field, struct rig *r, int variant)
{
    static const char *const texts[] = {other_text, "", NULL};
    void *place = (char *)r + owners[field->owner].place + field->offset;
    const char **pointer = place;

    switch (field->kind) {
    case TEXT:
        *pointer = variant < 3 ? texts[variant] : NULL;
        return variant < 3;
    case FLAG:
        *(bool *)place = !*(bool *)place;
        return variant < 1;
    case CHOICE:
    case NUMBER:
        *(int *)place += 1 + variant;
        return variant < 2;
    case AMOUNT:
        *(size_t *)place = variant == 0 ? 1 : 0;
        return variant < 2;
    case MOMENT:
        *(struct moment *)place = (struct moment){variant == 0, INT64_C(1) << 40};
        return variant < 2;
    case LIST:
        *pointer += field->item;
        return variant < 1;
    case CONTENT:
        *(const struct blob **)place = variant == 0 ? blobs[2] : NULL;
        return variant < 2;
    case OPTIONS:
        *(const struct sdp_options **)place = variant == 0 ? &other_sdp : NULL;
        return variant < 2;
    case NESTED:
        memset(place, 0, field->size);
        return variant < 1;
    }
    return false;
}

struct digest {
    uint8_t bytes[IDENT_DIGEST_SIZE];
};

static struct digest digest_of(const struct message *message)
{
    struct digest digest = {{0}};

    ck_assert(message_digest(message, digest.bytes));
    return digest;
}

static bool same(struct digest a, struct digest b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static struct digest good_digest(void)
{
    struct rig r;

    rig_init(&r);
    return digest_of(&r.message);
}

START_TEST(field_counts_or_is_ignored)
{
    const struct field *field = &fields[_i];
    const struct digest good = good_digest();
    struct rig r;

    rig_init(&r);
    for (int variant = 0; change(field, &r, variant); variant++) {
        ck_assert_msg(same(digest_of(&r.message), good) == (field->effect == IGNORED),
                      "%s, variant %d", field->name, variant);
        rig_init(&r);
    }
}
END_TEST

/* A field that nobody put into the table would leave a gap as large as itself. */
START_TEST(table_names_every_field)
{
    size_t at = 0;

    for (int i = 0; i < COUNT(fields); i++) {
        if (fields[i].owner != (enum owner)_i)
            continue;
        ck_assert_msg(fields[i].offset >= at && fields[i].offset - at < sizeof(void *),
                      "a field before %s is missing", fields[i].name);
        at = fields[i].offset + fields[i].size;
    }
    ck_assert_uint_lt(owners[_i].size - at, sizeof(void *));
}
END_TEST

START_TEST(no_two_changes_give_the_same_digest)
{
    struct digest seen[3 * COUNT(fields)];
    size_t count = 0;
    struct rig r;

    for (int i = 0; i < COUNT(fields); i++) {
        rig_init(&r);
        for (int variant = 0; fields[i].effect == COUNTS && change(&fields[i], &r, variant);
             variant++) {
            seen[count++] = digest_of(&r.message);
            rig_init(&r);
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++)
            ck_assert(!same(seen[i], seen[j]));
    }
}
END_TEST

/* ------------------------------------------------------------------ the canonical form */

START_TEST(same_values_in_other_places_give_the_same_digest)
{
    struct rig r;
    struct rig copy;
    char title[] = "title";

    rig_init(&r);
    rig_init(&copy);
    copy.message.title = title;
    ck_assert(same(digest_of(&r.message), digest_of(&copy.message)));
}
END_TEST

START_TEST(characters_that_move_to_the_next_field_count)
{
    struct message a = {.title = "ab", .summary = "c"};
    struct message b = {.title = "a", .summary = "bc"};
    struct message c = {.title = "abc", .summary = ""};
    struct message d = {.title = "abc", .summary = NULL};

    ck_assert(!same(digest_of(&a), digest_of(&b)));
    ck_assert(!same(digest_of(&a), digest_of(&c)));
    ck_assert(!same(digest_of(&c), digest_of(&d)));
}
END_TEST

START_TEST(items_that_move_to_the_next_notification_count)
{
    struct rig a;
    struct rig b;

    rig_init(&a);
    rig_init(&b);
    a.orders[0].token_count = 2;
    a.orders[1].token_count = 1;
    b.orders[0].token_count = 1;
    b.orders[1].token_count = 2;
    ck_assert(!same(digest_of(&a.message), digest_of(&b.message)));
}
END_TEST

START_TEST(order_of_attachments_counts)
{
    struct rig a;
    struct rig b;

    rig_init(&a);
    rig_init(&b);
    b.attachments[0] = a.attachments[1];
    b.attachments[1] = a.attachments[0];
    ck_assert(!same(digest_of(&a.message), digest_of(&b.message)));
}
END_TEST

START_TEST(absent_list_is_an_empty_list)
{
    struct rig r;
    struct message empty = {0};
    struct message absent = {0};

    rig_init(&r);
    empty.attachments = r.attachments;
    empty.reply_options = r.options;
    empty.notifications = r.orders;
    empty.xml_attachments = r.xml_attachments;
    ck_assert(same(digest_of(&empty), digest_of(&absent)));
}
END_TEST

START_TEST(content_in_a_file_is_the_content_in_memory)
{
    struct blob *spooled = a_blob("two", 1);
    struct rig r;

    ck_assert_ptr_null(blob_memory(spooled));
    rig_init(&r);
    r.attachments[1].content = spooled;
    ck_assert(same(digest_of(&r.message), good_digest()));
    blob_free(&spooled);
}
END_TEST

START_TEST(negative_case_is_not_another_number)
{
    struct message a = {.case_id = -1};
    struct message b = {.case_id = INT32_MAX};

    ck_assert(!same(digest_of(&a), digest_of(&b)));
}
END_TEST

START_TEST(digest_without_memory_is_none)
{
    const struct digest good = good_digest();
    struct digest digest = {{0}};
    struct rig r;
    long n = 1;

    rig_init(&r);
    for (; n < 100; n++) {
        bool ok = false;

        memory_fails_at(n);
        ok = message_digest(&r.message, digest.bytes);
        memory_fails_at(0);
        if (ok)
            break;
    }
    ck_assert_int_lt(n, 100);
    ck_assert(same(digest, good));
}
END_TEST

/* Digests are stored as long as their messages live: a new canonical form would forget them all. */
START_TEST(canonical_form_is_as_it_always_was)
{
    const struct message message = {.reference = "ref-1",
                                    .given = true,
                                    .service_code = "4255",
                                    .service_edition = "10",
                                    .reportee = "910820605",
                                    .has_content = true,
                                    .language_code = "1044",
                                    .title = "Tittel",
                                    .body = "Tekst"};
    char hex[2 * IDENT_DIGEST_SIZE + 1];

    ident_hex(digest_of(&message).bytes, IDENT_DIGEST_SIZE, hex);
    ck_assert_str_eq(hex, "122f116cde3616401ad795404eb86305f53f7979133a29ba45ddb1ef2f912334");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digest");
    TCase *tcase = tcase_create("digest");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, field_counts_or_is_ignored, 0, COUNT(fields));
    tcase_add_loop_test(tcase, table_names_every_field, 0, OWNERS);
    tcase_add_test(tcase, no_two_changes_give_the_same_digest);
    tcase_add_test(tcase, same_values_in_other_places_give_the_same_digest);
    tcase_add_test(tcase, characters_that_move_to_the_next_field_count);
    tcase_add_test(tcase, items_that_move_to_the_next_notification_count);
    tcase_add_test(tcase, order_of_attachments_counts);
    tcase_add_test(tcase, absent_list_is_an_empty_list);
    tcase_add_test(tcase, content_in_a_file_is_the_content_in_memory);
    tcase_add_test(tcase, negative_case_is_not_another_number);
    tcase_add_test(tcase, digest_without_memory_is_none);
    tcase_add_test(tcase, canonical_form_is_as_it_always_was);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

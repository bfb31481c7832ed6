/* E-mail as it is written: encodings, line lengths, and that no text leaves its place. */
#include "delivery/mime.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;

static void tear_down(void)
{
    buf_free(&out);
    out = (struct buf){0};
}

static struct mail a_mail(void)
{
    return (struct mail){
        .message_id = "dpvd.1.17.2@example.no",
        .from = "noreply@example.no",
        .to = "post@example.com",
        .language_code = "1044",
        .subject = "Ny melding",
        .text = "Hei",
        .date = INT64_C(1768464000000000), /* 2026-01-15T08:00:00Z */
    };
}

static const char *written(const struct mail *mail)
{
    tear_down();
    ck_assert(mime_write(mail, &out));
    ck_assert_uint_eq(strlen(out.data), out.len);
    return out.data;
}

/* How many header lines begin so. */
static int headers_called(const char *mail, const char *name)
{
    const char *end = strstr(mail, "\r\n\r\n");
    int count = strncmp(mail, name, strlen(name)) == 0 ? 1 : 0;

    for (const char *at = mail; (at = strstr(at, "\r\n")) != NULL && at < end; at += 2)
        count += strncmp(at + 2, name, strlen(name)) == 0;
    return count;
}

static void assert_lines_are_short(const char *mail)
{
    for (const char *line = mail; *line != '\0';) {
        const char *end = strstr(line, "\r\n");

        ck_assert_ptr_nonnull(end);
        ck_assert_msg(end - line <= 76, "%.*s", (int)(end - line), line);
        ck_assert_ptr_null(memchr(line, '\n', (size_t)(end - line)));
        ck_assert_ptr_null(memchr(line, '\r', (size_t)(end - line)));
        line = end + 2;
    }
}

START_TEST(a_plain_mail_is_written_as_expected)
{
    const struct mail mail = a_mail();

    ck_assert_str_eq(written(&mail), "Date: Thu, 15 Jan 2026 08:00:00 +0000\r\n"
                                     "From: <noreply@example.no>\r\n"
                                     "To: <post@example.com>\r\n"
                                     "Subject: =?UTF-8?Q?Ny_melding?=\r\n"
                                     "Message-ID: <dpvd.1.17.2@example.no>\r\n"
                                     "Auto-Submitted: auto-generated\r\n"
                                     "X-Auto-Response-Suppress: All\r\n"
                                     "MIME-Version: 1.0\r\n"
                                     "Content-Type: text/plain; charset=utf-8\r\n"
                                     "Content-Transfer-Encoding: quoted-printable\r\n"
                                     "Content-Language: nb\r\n"
                                     "\r\n"
                                     "Hei\r\n");
}
END_TEST

START_TEST(sender_name_and_reply_address_are_shown)
{
    struct mail mail = a_mail();

    mail.from_name = "Ærlig \"Etat\"";
    mail.reply_to = "svar@etat.no";
    mail.language_code = "2068";
    ck_assert_ptr_nonnull(strstr(written(&mail), "\r\nFrom: =?UTF-8?Q?=C3=86rlig_=22Etat=22?=\r\n"
                                                 " <noreply@example.no>\r\n"
                                                 "Reply-To: <svar@etat.no>\r\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "Content-Language: nn\r\n"));
}
END_TEST

START_TEST(long_texts_are_folded_between_characters)
{
    struct mail mail = a_mail();
    char text[1001] = "";

    for (size_t i = 0; i < 500; i++)
        memcpy(text + 2 * i, i % 7 == 0 ? "a " : "å", 2);
    mail.subject = text;
    mail.from_name = text;
    mail.text = text;
    assert_lines_are_short(written(&mail));
    ck_assert_ptr_null(strstr(out.data, "=C3?="));
}
END_TEST

START_TEST(no_text_can_add_a_header_or_end_them)
{
    static const char evil[] = "x\r\nBcc: evil@example.org\r\n\r\nnew body\n.\r\n";
    struct mail mail = a_mail();

    mail.subject = mail.from_name = mail.reply_to = mail.to = mail.message_id = evil;
    written(&mail);
    ck_assert_int_eq(headers_called(out.data, "Bcc"), 0);
    ck_assert_int_eq(headers_called(out.data, "Reply-To"), 0);
    ck_assert_int_eq(headers_called(out.data, "To: undisclosed-recipients:;"), 1);
    ck_assert_str_eq(strstr(out.data, "\r\n\r\n"), "\r\n\r\nHei\r\n");
    assert_lines_are_short(out.data);
}
END_TEST

START_TEST(an_address_that_is_not_ascii_stays_in_the_envelope)
{
    struct mail mail = a_mail();

    mail.to = "blåbær@example.no";
    ck_assert_int_eq(headers_called(written(&mail), "To: undisclosed-recipients:;"), 1);
}
END_TEST

START_TEST(the_body_is_quoted_printable)
{
    struct mail mail = a_mail();

    mail.text = "å=b\tc \nFrom x\n..\n\n.";
    ck_assert_str_eq(strstr(written(&mail), "\r\n\r\n") + 4,
                     "=C3=A5=3Db\tc=20\r\n=46rom x\r\n=2E.\r\n\r\n=2E\r\n");
}
END_TEST

/* A line that we break ourselves has a beginning as well (RFC 5321, 4.5.2). */
START_TEST(no_line_of_the_body_begins_with_a_dot_or_from)
{
    struct mail mail = a_mail();
    char text[256] = "";

    for (int i = 60; i < 80; i++) {
        snprintf(text, sizeof(text), "%*s....From x", i, "");
        memset(text, 'x', (size_t)i);
        mail.text = text;
        ck_assert_ptr_null(strstr(written(&mail), "\r\n."));
        ck_assert_ptr_null(strstr(strstr(written(&mail), "\r\n\r\n"), "\r\nFrom"));
        assert_lines_are_short(out.data);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mime");
    TCase *tcase = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tcase, NULL, tear_down);
    tcase_add_test(tcase, a_plain_mail_is_written_as_expected);
    tcase_add_test(tcase, sender_name_and_reply_address_are_shown);
    tcase_add_test(tcase, long_texts_are_folded_between_characters);
    tcase_add_test(tcase, no_text_can_add_a_header_or_end_them);
    tcase_add_test(tcase, an_address_that_is_not_ascii_stays_in_the_envelope);
    tcase_add_test(tcase, the_body_is_quoted_printable);
    tcase_add_test(tcase, no_line_of_the_body_begins_with_a_dot_or_from);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

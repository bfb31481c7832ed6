/* What each role of the database may do: all of it, as one table (security.md 3.2). */
#include "support/store_fixture.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pg_cluster *cluster;
static struct store store;

static void setup(void)
{
    store_open(cluster, &store);
}

static void teardown(void)
{
    store_close(&store);
}

/* Role, then table, view or sequence, then privileges; of columns in the order of the table. Who
 * owns a table is not named: see all_belongs_to_the_owner. */
static const char rights_query[] =
    "WITH acl AS (SELECT c.oid, a.grantee, a.privilege_type, a.is_grantable, NULL AS name, 0 AS "
    "number FROM pg_class c CROSS JOIN aclexplode(c.relacl) a "
    "WHERE c.relnamespace = 'dpvd'::regnamespace AND a.grantee <> c.relowner "
    "UNION ALL SELECT c.oid, a.grantee, a.privilege_type, a.is_grantable, t.attname, t.attnum "
    "FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN aclexplode(t.attacl) a "
    "WHERE c.relnamespace = 'dpvd'::regnamespace AND a.grantee <> c.relowner), "
    "granted AS (SELECT oid, grantee, privilege_type || CASE WHEN is_grantable THEN '*' ELSE '' "
    "END || coalesce(' (' || string_agg(name, ', ' ORDER BY number) || ')', '') AS privilege "
    "FROM acl GROUP BY oid, grantee, privilege_type, is_grantable, name IS NULL) "
    "SELECT coalesce(r.rolname, 'PUBLIC') || ' ' || c.relname || ': ' || "
    "string_agg(g.privilege, ', ' ORDER BY g.privilege) FROM granted g "
    "JOIN pg_class c ON c.oid = g.oid LEFT JOIN pg_roles r ON r.oid = g.grantee "
    "GROUP BY r.rolname, c.relname ORDER BY 1";

/* NOLINTBEGIN(bugprone-suspicious-missing-comma): lines are longer than a literal */
static const char *const rights[] = {
    "dpvd_app attachment: INSERT",
    "dpvd_app attachment_chunk: INSERT",
    "dpvd_app attachment_id: USAGE",
    "dpvd_app audit_clock: SELECT",
    "dpvd_app audit_log: INSERT (received, duration, endpoint, operation, request_id, client,"
    " sender_id, system_user_id, user_name, result, error_id, error_guid, senders_reference, "
    "receipt_id, correspondence_id, service_code, service_edition, organization, "
    "actual_number, actual_verified, display_sender, visible, attachments, attachment_bytes, "
    "digest, answered)",
    "dpvd_app correspondence: INSERT, SELECT (sender_id, id, receipt_id, digest, created, "
    "senders_reference, service_code, service_edition, reportee)",
    "dpvd_app correspondence_id: USAGE",
    "dpvd_app correspondence_state: INSERT, SELECT",
    "dpvd_app login_failure: DELETE, INSERT, SELECT, UPDATE (failed, locked, seen)",
    "dpvd_app notification: INSERT, SELECT (sender_id, correspondence_id, number, order_number, "
    "transport, recipient)",
    "dpvd_app notification_address: SELECT",
    "dpvd_app notification_order: INSERT, SELECT (sender_id, correspondence_id, number, type, "
    "endpoint_addresses, reportee, reportee_name)",
    "dpvd_app notification_template: SELECT",
    "dpvd_app organization: SELECT",
    "dpvd_app organization_role: SELECT",
    "dpvd_app person: SELECT (id, number, first_name, middle_name, last_name, dead)",
    "dpvd_app person_contact: SELECT",
    "dpvd_app personal_contact: SELECT",
    "dpvd_app receipt: INSERT, SELECT, UPDATE (status, last_changed, text, history)",
    "dpvd_app receipt_id: USAGE",
    "dpvd_app receipt_reference: INSERT, SELECT",
    "dpvd_app reference_claim: INSERT",
    "dpvd_app register_role: SELECT",
    "dpvd_app reply_option: INSERT",
    "dpvd_app schema_migration: SELECT",
    "dpvd_app sdp_id: USAGE",
    "dpvd_app sdp_order: INSERT",
    "dpvd_app sdp_state: INSERT, SELECT",
    "dpvd_app sender: SELECT",
    "dpvd_app sent_on_behalf: SELECT",
    "dpvd_app service: INSERT (code, edition, owner_id, name, name_nn, name_en), SELECT",
    "dpvd_app service_code: USAGE",
    "dpvd_app standalone: INSERT, SELECT, UPDATE (digest)",
    "dpvd_app status_event: INSERT",
    "dpvd_app system_user: SELECT",
    "dpvd_app system_user_secret: SELECT",
    "dpvd_app usage_count: SELECT",
    "dpvd_app withdrawal: SELECT (sender_id, correspondence_id)",
    "dpvd_app wsse_nonce: DELETE, INSERT, SELECT",
    "dpvd_auditor audit_clock: SELECT",
    "dpvd_auditor audit_head: SELECT",
    "dpvd_auditor audit_log: SELECT",
    "dpvd_auditor audit_seal: SELECT",
    "dpvd_auditor schema_migration: SELECT",
    "dpvd_background audit_clock: SELECT",
    "dpvd_background audit_head: SELECT",
    "dpvd_background audit_log: INSERT (received, duration, endpoint, operation, request_id, "
    "sender_id, result, correspondence_id), SELECT",
    "dpvd_background audit_seal: INSERT, SELECT",
    "dpvd_background correspondence: SELECT (sender_id, id, service_code, service_edition, "
    "reportee, reportee_is_person, reportee_name, visible)",
    "dpvd_background correspondence_state: SELECT (sender_id, id, notifications), UPDATE "
    "(notified, notifications)",
    "dpvd_background notification: SELECT, UPDATE (sent, cancelled, next_try, tries, "
    "first_tried, claimed_by, started, repeated, failed, reason, gateway_id)",
    "dpvd_background notification_address: SELECT",
    "dpvd_background notification_order: SELECT",
    "dpvd_background notification_template: SELECT",
    "dpvd_background notifier_number: USAGE",
    "dpvd_background organization: SELECT",
    "dpvd_background person: SELECT (id, number, first_name, middle_name, last_name, address,"
    " postal_code, postal_area, protection)",
    "dpvd_background person_contact: SELECT (number, email, mobile)",
    "dpvd_background schema_migration: SELECT",
    "dpvd_background sender: SELECT",
    "dpvd_background service: SELECT",
    "dpvd_background status_event: SELECT (sender_id, correspondence_id, type)",
    "dpvd_background usage_count: INSERT, SELECT, UPDATE (messages, unverified)",
    "dpvd_background usage_mark: SELECT, UPDATE (transaction)",
    "dpvd_background usage_warning: INSERT, SELECT",
    "dpvd_background withdrawal: SELECT (sender_id, correspondence_id)",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

/* The next line of *text, which moves behind it; NULL at the end. */
static char *next_line(char **text)
{
    char *line = *text;
    char *end = NULL;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    *text = end == NULL ? NULL : end + 1;
    if (end != NULL)
        *end = '\0';
    return line;
}

/* A new right needs a line here, and a statement that needs it. */
START_TEST(every_role_may_do_this_and_no_more)
{
    char *text = pg_text(cluster, store.name, rights_query);
    char *rest = text;
    const size_t count = sizeof(rights) / sizeof(rights[0]);

    for (size_t i = 0; i < count; i++) {
        const char *line = next_line(&rest);

        ck_assert_msg(line != NULL, "missing: %s", rights[i]);
        ck_assert_str_eq(line, rights[i]);
    }
    ck_assert_msg(rest == NULL || *rest == '\0', "more: %s", rest);
    free(text);
}
END_TEST

static void check_text(const char *sql, const char *expected)
{
    char *text = pg_text(cluster, store.name, sql);

    ck_assert_msg(strcmp(text, expected) == 0, "%s: %s instead of %s", sql, text, expected);
    free(text);
}

START_TEST(all_belongs_to_the_owner)
{
    check_text("SELECT string_agg(DISTINCT o.owner::regrole::text, ',') FROM ("
               "SELECT relowner FROM pg_class WHERE relnamespace = 'dpvd'::regnamespace UNION ALL "
               "SELECT proowner FROM pg_proc WHERE pronamespace = 'dpvd'::regnamespace UNION ALL "
               "SELECT nspowner FROM pg_namespace WHERE nspname = 'dpvd') o (owner)",
               "dpvd_owner");
}
END_TEST

START_TEST(the_schema_is_used_by_three_and_changed_by_none_of_them)
{
    check_text("SELECT string_agg(coalesce(r.rolname, 'PUBLIC') || ' ' || a.privilege_type, ',' "
               "ORDER BY r.rolname) FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a "
               "LEFT JOIN pg_roles r ON r.oid = a.grantee "
               "WHERE n.nspname = 'dpvd' AND a.grantee <> n.nspowner",
               "dpvd_app USAGE,dpvd_auditor USAGE,dpvd_background USAGE");
}
END_TEST

/* Row-level security holds for them, and none can become another. */
START_TEST(no_role_stands_above_its_rights)
{
    check_text("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'dpvd%' AND rolname <> "
               "'dpvd_owner' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR "
               "rolreplication)",
               "0");
    check_text("SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member "
               "WHERE r.rolname IN ('dpvd_app', 'dpvd_background', 'dpvd_auditor')",
               "0");
}
END_TEST

/* Such a function lends its caller the owner's rights. */
START_TEST(one_function_runs_as_the_owner)
{
    check_text("SELECT string_agg(proname || ' ' || (prorettype = 'trigger'::regtype), ',') "
               "FROM pg_proc WHERE pronamespace = 'dpvd'::regnamespace AND prosecdef",
               "audit_seal_follows true");
}
END_TEST

/* ------------------------------------------------------------------ what that means */

static const struct {
    const char *role;
    const char *sql;
} refused[] = {
    {"dpvd_app", "SELECT title FROM dpvd.correspondence"},
    {"dpvd_app", "SELECT body FROM dpvd.correspondence"},
    {"dpvd_app", "SELECT content FROM dpvd.attachment"},
    {"dpvd_app", "SELECT content FROM dpvd.attachment_chunk"},
    {"dpvd_app", "DELETE FROM dpvd.correspondence"},
    {"dpvd_app", "UPDATE dpvd.correspondence SET title = 'x'"},
    {"dpvd_app", "SELECT address FROM dpvd.person"},
    {"dpvd_app", "SELECT result FROM dpvd.audit_log"},
    {"dpvd_app",
     "INSERT INTO dpvd.audit_log (transaction, received, duration, endpoint, operation, "
     "result) VALUES ('1', now(), 0, 'e', 'o', 'ok')"},
    {"dpvd_app", "UPDATE dpvd.system_user SET password_hash = 'x'"},
    {"dpvd_app",
     "INSERT INTO dpvd.service (code, edition, common, name) VALUES ('1', 1, true, 'x')"},
    {"dpvd_app", "INSERT INTO dpvd.withdrawal VALUES (1, 1, now(), 'x')"},
    {"dpvd_app", "CREATE TABLE dpvd.mine ()"},
    {"dpvd_background", "SELECT title FROM dpvd.correspondence"},
    {"dpvd_background", "SELECT password_hash FROM dpvd.system_user"},
    {"dpvd_background", "SELECT content FROM dpvd.attachment"},
    {"dpvd_background", "DELETE FROM dpvd.audit_log"},
    {"dpvd_background", "UPDATE dpvd.notification SET address = 'x'"},
    {"dpvd_auditor", "SELECT 1 FROM dpvd.correspondence"},
    {"dpvd_auditor", "INSERT INTO dpvd.audit_seal DEFAULT VALUES"},
    {"dpvd_auditor", "UPDATE dpvd.audit_log SET result = 'ok'"},
    /* a trigger refuses these even to the owner */
    {"dpvd_owner", "UPDATE dpvd.audit_log SET result = 'ok'"},
    {"dpvd_owner", "DELETE FROM dpvd.audit_log"},
};

START_TEST(this_is_refused)
{
    const char *state = pg_try(cluster, store.name, refused[_i].role, refused[_i].sql);

    ck_assert_msg(strcmp(state, "42501") == 0, "%s: %s: %s", refused[_i].role, refused[_i].sql,
                  state);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rights");
    TCase *cases = tcase_create("rights");

    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, every_role_may_do_this_and_no_more);
    tcase_add_test(cases, all_belongs_to_the_owner);
    tcase_add_test(cases, the_schema_is_used_by_three_and_changed_by_none_of_them);
    tcase_add_test(cases, no_role_stands_above_its_rights);
    tcase_add_test(cases, one_function_runs_as_the_owner);
    tcase_add_loop_test(cases, this_is_refused, 0, (int)(sizeof(refused) / sizeof(refused[0])));
    suite_add_tcase(suite, cases);
    return store_main(suite, &cluster);
}

#include "store/register_statements.h"

#include <stddef.h>

/* Rows that are refused keep what they name from being removed, and that is all. Keys have the
 * collation of the registers' own. */
#define INCOMING                                                                                   \
    "CREATE TEMP TABLE incoming (position bigint, entry bigint, line bigint, refused boolean, "
#define COPY_INCOMING "COPY incoming (position, entry, line, refused, "

#define DROP_DOUBLES(key)                                                                          \
    "DELETE FROM incoming WHERE position IN (SELECT position FROM (SELECT position, "              \
    "row_number() OVER (PARTITION BY " key " ORDER BY position DESC) AS place "                    \
    "FROM incoming WHERE NOT refused) AS placed WHERE place > 1)"

#define UNKNOWN_ORGANIZATION                                                                       \
    "FROM incoming i WHERE NOT refused AND NOT EXISTS "                                            \
    "(SELECT FROM dpvd.organization o WHERE o.number = i.organization)"
#define LIST_UNKNOWN "SELECT entry, line " UNKNOWN_ORGANIZATION " ORDER BY position LIMIT $1"
#define DROP_UNKNOWN "DELETE " UNKNOWN_ORGANIZATION

#define ADDRESS_IN                                                                                 \
    "address1 text, address2 text, address3 text, postal_code text, postal_area text, "
#define ADDRESS_COLUMNS "address1, address2, address3, postal_code, postal_area, "

/* The three lines are one value: with one column of them the file has all. */
#define LINES "array_remove(ARRAY[address1, address2, address3], NULL) AS address"
#define FILL_LINE(line, given)                                                                     \
    "address" line " = CASE WHEN " given " THEN i.address" line " ELSE o.address[" line "] END, "
#define FILL_LINES(given) FILL_LINE("1", given) FILL_LINE("2", given) FILL_LINE("3", given)

/* What kind of organisation it is shows in its form alone. Deleted ones are not missed. */
#define UNITS                                                                                      \
    "FROM dpvd.organization o WHERE o.status <> 2 "                                                \
    "AND (coalesce(o.form, '') IN ('BEDR', 'AAFY')) = $1::bool"
#define UNITS_MISSING UNITS " AND NOT EXISTS (SELECT FROM incoming i WHERE i.number = o.number)"

static const struct register_statements units = {
    .create = INCOMING "number text COLLATE \"C\", name text, form text, parent text COLLATE "
                       "\"C\", " ADDRESS_IN "status smallint, deleted date) ON COMMIT DROP",
    .copy = COPY_INCOMING "number, name, form, parent, " ADDRESS_COLUMNS "status, deleted) "
                          "FROM STDIN",
    .fill = "UPDATE incoming i SET name = CASE WHEN $1 THEN i.name ELSE o.name END, "
            "form = CASE WHEN $2 THEN i.form ELSE o.form END, "
            "parent = CASE WHEN $3 THEN i.parent ELSE o.parent_number END, " FILL_LINES(
                "$4 OR $5 OR $6") "postal_code = CASE WHEN $7 THEN i.postal_code ELSE "
                                  "o.postal_code END, "
                                  "postal_area = CASE WHEN $8 THEN i.postal_area ELSE "
                                  "o.postal_area END, "
                                  "status = CASE WHEN $9 THEN i.status ELSE o.status END, "
                                  "deleted = CASE WHEN $10 THEN i.deleted "
                                  "WHEN NOT $9 OR i.status = 2 THEN o.deleted END "
                                  "FROM dpvd.organization o WHERE o.number = i.number",
    .drop_doubles = DROP_DOUBLES("number"),
    .compare =
        "CREATE TEMP TABLE difference ON COMMIT DROP AS SELECT f.*, o.number IS NULL AS is_new "
        "FROM (SELECT number, name, form, parent, " LINES ", postal_code, postal_area, "
        "coalesce(status, 1::smallint) AS status, deleted FROM incoming WHERE NOT refused) f "
        "LEFT JOIN dpvd.organization o ON o.number = f.number WHERE o.number IS NULL "
        "OR (o.name, o.form, o.parent_number, o.address, o.postal_code, o.postal_area, o.status, "
        "o.deleted) IS DISTINCT FROM (f.name, f.form, f.parent, f.address, f.postal_code, "
        "f.postal_area, f.status, f.deleted)",
    .update = "UPDATE dpvd.organization o SET name = d.name, form = d.form, "
              "parent_number = d.parent, address = d.address, postal_code = d.postal_code, "
              "postal_area = d.postal_area, status = d.status, deleted = d.deleted, "
              "last_changed = $1 FROM difference d WHERE o.number = d.number AND NOT d.is_new",
    .insert = "INSERT INTO dpvd.organization (number, name, form, parent_number, address, "
              "postal_code, postal_area, status, deleted, last_changed) "
              "SELECT number, name, form, parent, address, postal_code, postal_area, status, "
              "deleted, $1 FROM difference WHERE is_new",
    .present = "SELECT count(*) " UNITS,
    .missing = "SELECT count(*) " UNITS_MISSING,
    .remove = "UPDATE dpvd.organization t SET status = 2, last_changed = $2, "
              "deleted = ($2 AT TIME ZONE 'Europe/Oslo')::date "
              "WHERE t.number IN (SELECT o.number " UNITS_MISSING ")",
    .settle = "ANALYZE dpvd.organization",
    .scoped = true,
    .dates_rows = true,
    .dates_removal = true,
};

#define ROLE_BEGINS "coalesce(valid_from, '-infinity'::date)"
#define SAME_ROLE(other)                                                                           \
    "o.organization_number = " other ".organization AND o.type = " other ".type "                  \
    "AND o.holder = " other ".holder "
#define ROLES "FROM dpvd.organization_role o WHERE (NOT $1::bool OR length(o.holder) = 9)"
#define ROLES_MISSING                                                                              \
    ROLES " AND NOT EXISTS (SELECT FROM incoming i WHERE " SAME_ROLE(                              \
        "i") "AND o.valid_from = coalesce(i.valid_from, '-infinity'::date))"

static const struct register_statements roles = {
    .create = INCOMING "organization text COLLATE \"C\", type text COLLATE \"C\", "
                       "holder text COLLATE \"C\", valid_from date, valid_to date) "
                       "ON COMMIT DROP",
    .copy = COPY_INCOMING "organization, type, holder, valid_from, valid_to) FROM STDIN",
    .fill = "UPDATE incoming i SET valid_to = o.valid_to FROM dpvd.organization_role o "
            "WHERE NOT $1 AND " SAME_ROLE(
                "i") "AND o.valid_from = coalesce(i.valid_from, '-infinity'::date)",
    .drop_doubles = DROP_DOUBLES("organization, type, holder, " ROLE_BEGINS),
    .list_unknown = LIST_UNKNOWN,
    .drop_unknown = DROP_UNKNOWN,
    .compare =
        "CREATE TEMP TABLE difference ON COMMIT DROP AS SELECT f.*, o.type IS NULL AS is_new "
        "FROM (SELECT organization, type, holder, " ROLE_BEGINS " AS valid_from, valid_to "
        "FROM incoming WHERE NOT refused) f "
        "LEFT JOIN dpvd.organization_role o ON " SAME_ROLE(
            "f") "AND o.valid_from = f.valid_from "
                 "WHERE o.type IS NULL OR o.valid_to IS DISTINCT FROM f.valid_to",
    .update = "UPDATE dpvd.organization_role o SET valid_to = d.valid_to FROM difference d "
              "WHERE " SAME_ROLE("d") "AND o.valid_from = d.valid_from AND NOT d.is_new",
    .insert = "INSERT INTO dpvd.organization_role (organization_number, type, holder, valid_from, "
              "valid_to) SELECT organization, type, holder, valid_from, valid_to "
              "FROM difference WHERE is_new",
    .present = "SELECT count(*) " ROLES,
    .missing = "SELECT count(*) " ROLES_MISSING,
    .remove = "DELETE FROM dpvd.organization_role t WHERE (t.organization_number, t.type, "
              "t.holder, t.valid_from) IN (SELECT o.organization_number, o.type, o.holder, "
              "o.valid_from " ROLES_MISSING ")",
    .settle = "ANALYZE dpvd.organization_role",
    .scoped = true,
};

#define SAME_ADDRESS(other)                                                                        \
    "o.organization_number = " other ".organization AND o.kind = " other ".kind "                  \
    "AND o.address = " other ".address"
#define ADDRESSES "FROM dpvd.notification_address o WHERE NOT o.deleted"
#define ADDRESSES_MISSING                                                                          \
    ADDRESSES " AND NOT EXISTS (SELECT FROM incoming i WHERE " SAME_ADDRESS("i") ")"

static const struct register_statements addresses = {
    .create = INCOMING "organization text COLLATE \"C\", kind smallint, "
                       "address text COLLATE \"C\", confirmed timestamptz, deleted boolean) "
                       "ON COMMIT DROP",
    .copy = COPY_INCOMING "organization, kind, address, confirmed, deleted) FROM STDIN",
    .fill = "UPDATE incoming i SET "
            "confirmed = CASE WHEN $1 THEN i.confirmed ELSE o.confirmed END, "
            "deleted = CASE WHEN $2 THEN i.deleted ELSE o.deleted END "
            "FROM dpvd.notification_address o WHERE " SAME_ADDRESS("i"),
    .drop_doubles = DROP_DOUBLES("organization, kind, address"),
    .list_unknown = LIST_UNKNOWN,
    .drop_unknown = DROP_UNKNOWN,
    .compare =
        "CREATE TEMP TABLE difference ON COMMIT DROP AS SELECT f.*, o.id, o.id IS NULL AS is_new "
        "FROM (SELECT organization, kind, address, confirmed, coalesce(deleted, false) AS deleted "
        "FROM incoming WHERE NOT refused) f "
        "LEFT JOIN dpvd.notification_address o ON " SAME_ADDRESS(
            "f") " WHERE o.id IS NULL "
                 "OR (o.confirmed, o.deleted) IS DISTINCT FROM (f.confirmed, f.deleted)",
    .update = "UPDATE dpvd.notification_address o SET confirmed = d.confirmed, "
              "deleted = d.deleted, last_changed = $1 FROM difference d "
              "WHERE o.id = d.id",
    .insert = "INSERT INTO dpvd.notification_address (organization_number, kind, address, "
              "confirmed, deleted, last_changed) "
              "SELECT organization, kind, address, confirmed, deleted, $1 "
              "FROM difference WHERE is_new",
    .present = "SELECT count(*) " ADDRESSES,
    .missing = "SELECT count(*) " ADDRESSES_MISSING,
    .remove = "UPDATE dpvd.notification_address t SET deleted = true, last_changed = $1 "
              "WHERE t.id IN (SELECT o.id " ADDRESSES_MISSING ")",
    .settle = "ANALYZE dpvd.notification_address",
    .dates_rows = true,
    .dates_removal = true,
};

/* Messages and logs name persons: none is ever removed. */
static const struct register_statements persons = {
    .create = INCOMING "number text COLLATE \"C\", first_name text, middle_name text, "
                       "last_name text, " ADDRESS_IN "dead boolean, protection smallint) "
                       "ON COMMIT DROP",
    .copy = COPY_INCOMING "number, first_name, middle_name, last_name, " ADDRESS_COLUMNS
                          "dead, protection) FROM STDIN",
    .fill =
        "UPDATE incoming i SET "
        "first_name = CASE WHEN $1 THEN i.first_name ELSE o.first_name END, "
        "middle_name = CASE WHEN $2 THEN i.middle_name ELSE o.middle_name END, "
        "last_name = CASE WHEN $3 THEN i.last_name ELSE o.last_name END, " FILL_LINES(
            "$4 OR $5 OR $6") "postal_code = CASE WHEN $7 THEN i.postal_code ELSE o.postal_code "
                              "END, "
                              "postal_area = CASE WHEN $8 THEN i.postal_area ELSE o.postal_area "
                              "END, "
                              "dead = CASE WHEN $9 THEN i.dead ELSE o.dead END, "
                              "protection = CASE WHEN $10 THEN i.protection ELSE o.protection END "
                              "FROM dpvd.person o WHERE o.number = i.number",
    .drop_doubles = DROP_DOUBLES("number"),
    .compare =
        "CREATE TEMP TABLE difference ON COMMIT DROP AS SELECT f.*, o.number IS NULL AS is_new "
        "FROM (SELECT number, first_name, middle_name, last_name, " LINES ", postal_code, "
        "postal_area, coalesce(dead, false) AS dead, coalesce(protection, 0::smallint) "
        "AS protection FROM incoming WHERE NOT refused) f "
        "LEFT JOIN dpvd.person o ON o.number = f.number WHERE o.number IS NULL "
        "OR (o.first_name, o.middle_name, o.last_name, o.address, o.postal_code, o.postal_area, "
        "o.dead, o.protection) IS DISTINCT FROM (f.first_name, f.middle_name, f.last_name, "
        "f.address, f.postal_code, f.postal_area, f.dead, f.protection)",
    .update = "UPDATE dpvd.person o SET first_name = d.first_name, middle_name = d.middle_name, "
              "last_name = d.last_name, address = d.address, postal_code = d.postal_code, "
              "postal_area = d.postal_area, dead = d.dead, protection = d.protection, "
              "last_changed = $1 FROM difference d WHERE o.number = d.number AND NOT d.is_new",
    .insert = "INSERT INTO dpvd.person (number, first_name, middle_name, last_name, address, "
              "postal_code, postal_area, dead, protection, last_changed) "
              "SELECT number, first_name, middle_name, last_name, address, postal_code, "
              "postal_area, dead, protection, $1 FROM difference WHERE is_new",
    .present = "SELECT count(*) FROM dpvd.person",
    .missing = "SELECT count(*) FROM dpvd.person o WHERE NOT EXISTS "
               "(SELECT FROM incoming i WHERE i.number = o.number)",
    .settle = "ANALYZE dpvd.person",
    .dates_rows = true,
};

#define CONTACTS_MISSING                                                                           \
    "FROM dpvd.person_contact o "                                                                  \
    "WHERE NOT EXISTS (SELECT FROM incoming i WHERE i.number = o.number)"

static const struct register_statements contacts = {
    .create = INCOMING "number text COLLATE \"C\", email text, mobile text, language text, "
                       "reserved boolean, verified timestamptz) ON COMMIT DROP",
    .copy = COPY_INCOMING "number, email, mobile, language, reserved, verified) FROM STDIN",
    .fill = "UPDATE incoming i SET email = CASE WHEN $1 THEN i.email ELSE o.email END, "
            "mobile = CASE WHEN $2 THEN i.mobile ELSE o.mobile END, "
            "language = CASE WHEN $3 THEN i.language ELSE o.language END, "
            "reserved = CASE WHEN $4 THEN i.reserved ELSE o.reserved END, "
            "verified = CASE WHEN $5 THEN i.verified ELSE o.verified END "
            "FROM dpvd.person_contact o WHERE o.number = i.number",
    .drop_doubles = DROP_DOUBLES("number"),
    .compare =
        "CREATE TEMP TABLE difference ON COMMIT DROP AS SELECT f.*, o.number IS NULL AS is_new "
        "FROM (SELECT number, email, mobile, language, coalesce(reserved, false) AS reserved, "
        "verified FROM incoming WHERE NOT refused) f "
        "LEFT JOIN dpvd.person_contact o ON o.number = f.number WHERE o.number IS NULL "
        "OR (o.email, o.mobile, o.language, o.reserved, o.verified) IS DISTINCT FROM "
        "(f.email, f.mobile, f.language, f.reserved, f.verified)",
    .update = "UPDATE dpvd.person_contact o SET email = d.email, mobile = d.mobile, "
              "language = d.language, reserved = d.reserved, verified = d.verified, "
              "last_changed = $1 FROM difference d WHERE o.number = d.number AND NOT d.is_new",
    .insert = "INSERT INTO dpvd.person_contact (number, email, mobile, language, reserved, "
              "verified, last_changed) SELECT number, email, mobile, language, reserved, "
              "verified, $1 FROM difference WHERE is_new",
    .present = "SELECT count(*) FROM dpvd.person_contact",
    .missing = "SELECT count(*) " CONTACTS_MISSING,
    .remove = "DELETE FROM dpvd.person_contact t WHERE t.number IN "
              "(SELECT o.number " CONTACTS_MISSING ")",
    .settle = "ANALYZE dpvd.person_contact",
    .dates_rows = true,
};

#define SAME_PAIR(other)                                                                           \
    "o.organization_number = " other ".organization AND o.person_number = " other ".person"
#define PERSONAL_MISSING                                                                           \
    "FROM dpvd.personal_contact o WHERE NOT EXISTS (SELECT FROM incoming i WHERE " SAME_PAIR(      \
        "i") ")"

static const struct register_statements personal_contacts = {
    .create = INCOMING "organization text COLLATE \"C\", person text COLLATE \"C\", email text, "
                       "mobile text, services text) ON COMMIT DROP",
    .copy = COPY_INCOMING "organization, person, email, mobile, services) FROM STDIN",
    .fill = "UPDATE incoming i SET email = CASE WHEN $1 THEN i.email ELSE o.email END, "
            "mobile = CASE WHEN $2 THEN i.mobile ELSE o.mobile END, "
            "services = CASE WHEN $3 THEN i.services ELSE array_to_string(o.services, ' ') END "
            "FROM dpvd.personal_contact o WHERE " SAME_PAIR("i"),
    .drop_doubles = DROP_DOUBLES("organization, person"),
    .list_unknown = LIST_UNKNOWN,
    .drop_unknown = DROP_UNKNOWN,
    .compare = "CREATE TEMP TABLE difference ON COMMIT DROP AS "
               "SELECT f.*, o.person_number IS NULL AS is_new "
               "FROM (SELECT organization, person, email, mobile, "
               "string_to_array(coalesce(services, ''), ' ') AS services "
               "FROM incoming WHERE NOT refused) f "
               "LEFT JOIN dpvd.personal_contact o ON " SAME_PAIR(
                   "f") " WHERE o.person_number IS NULL "
                        "OR (o.email, o.mobile, o.services) IS DISTINCT FROM (f.email, f.mobile, "
                        "f.services)",
    .update = "UPDATE dpvd.personal_contact o SET email = d.email, mobile = d.mobile, "
              "services = d.services, last_changed = $1 FROM difference d "
              "WHERE " SAME_PAIR("d") " AND NOT d.is_new",
    .insert = "INSERT INTO dpvd.personal_contact (organization_number, person_number, email, "
              "mobile, services, last_changed) "
              "SELECT organization, person, email, mobile, services, $1 "
              "FROM difference WHERE is_new",
    .present = "SELECT count(*) FROM dpvd.personal_contact",
    .missing = "SELECT count(*) " PERSONAL_MISSING,
    .remove =
        "DELETE FROM dpvd.personal_contact t WHERE (t.organization_number, "
        "t.person_number) IN (SELECT o.organization_number, o.person_number " PERSONAL_MISSING ")",
    .settle = "ANALYZE dpvd.personal_contact",
    .dates_rows = true,
};

const struct register_statements *register_statements(enum register_id id)
{
    switch (id) {
    case REGISTER_ROLES:
        return &roles;
    case REGISTER_ADDRESSES:
        return &addresses;
    case REGISTER_PERSONS:
        return &persons;
    case REGISTER_CONTACTS:
        return &contacts;
    case REGISTER_PERSONAL_CONTACTS:
        return &personal_contacts;
    default:
        return &units; /* both kinds */
    }
}

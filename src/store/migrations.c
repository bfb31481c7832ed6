#include "store/migrations.h"

#include "base/ident.h"

#include <embedded.h>
#include <string.h>

static bool same_digest(const struct embedded_file *migration, const PGresult *rows, int row)
{
    uint8_t digest[IDENT_DIGEST_SIZE];

    ident_sha256(migration->text, migration->size, digest);
    return PQgetlength(rows, row, 1) == IDENT_DIGEST_SIZE &&
           memcmp(PQgetvalue(rows, row, 1), digest, sizeof(digest)) == 0;
}

bool migrations_compare(const struct embedded_file *known, const PGresult *rows,
                        size_t *present_out, struct err *err)
{
    const int count = PQntuples(rows);
    size_t present = 0;

    for (int row = 0; row < count; row++) {
        const struct embedded_file *expected = &known[present];
        const char *name = PQgetvalue(rows, row, 0);

        if (expected->name == NULL || strcmp(expected->name, name) > 0)
            return err_set(err, ERR_INTERNAL, "the database has migration %s, unknown here", name);
        if (strcmp(expected->name, name) < 0)
            return err_set(err, ERR_INTERNAL, "the database has migration %s without %s", name,
                           expected->name);
        if (!same_digest(expected, rows, row))
            return err_set(err, ERR_INTERNAL, "migration %s was another text when it was applied",
                           name);
        present++;
    }
    *present_out = present;
    return true;
}

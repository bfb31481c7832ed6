#include "model/receipt.h"

#include "model/identifier.h"

#include <string.h>

enum { PERSON_DIGITS = 11, BIRTH_DIGITS = 6 };

/* As the stub of Altinn II writes them in histories. */
static const char *const status_names[] = {
    [RECEIPT_NOT_SET] = "NotSet",
    [RECEIPT_OK] = "OK",
    [RECEIPT_UNEXPECTED_ERROR] = "UnExpectedError",
    [RECEIPT_VALIDATION_FAILED] = "ValidationFailed",
    [RECEIPT_REJECTED] = "Rejected",
};

bool receipt_is_searchable(enum reference_type type)
{
    switch (type) {
    case REFERENCE_ARCHIVE:
    case REFERENCE_OUTBOUND_SHIPMENT:
    case REFERENCE_BATCH:
    case REFERENCE_END_USER_SYSTEM:
    case REFERENCE_EXTERNAL_SHIPMENT:
    case REFERENCE_SENDERS:
        return true;
    default:
        return false;
    }
}

/* ------------------------------------------------------------------ edits */

static const char *reference_problem(const struct receipt_reference *reference, size_t length)
{
    if (reference->type == REFERENCE_OWNER_PARTY)
        return "OwnerPartyReference cannot be added";
    if (reference->type == REFERENCE_NOT_SET)
        return "ReferenceType must be given";
    if (identifier_is_blank(reference->value))
        return "ReferenceValue must be given";
    if (identifier_length(reference->value) > length || identifier_has_control(reference->value))
        return "ReferenceValue is too long or holds control characters";
    return NULL;
}

static const char *content_problem(const struct receipt_edit *edit, size_t reference_length)
{
    const char *problem = NULL;

    if (identifier_is_blank(edit->text))
        return "ReceiptText must be given";
    if (identifier_length(edit->text) > RECEIPT_TEXT_CHARACTERS)
        return "ReceiptText is too long";
    if (edit->status == RECEIPT_NOT_SET)
        return "The status of the receipt must be given";
    if (edit->reference_count > RECEIPT_REFERENCES)
        return "There are too many references";
    for (size_t i = 0; problem == NULL && i < edit->reference_count; i++)
        problem = reference_problem(&edit->references[i], reference_length);
    return problem;
}

static const char *sub_edit_problem(const struct receipt_edit *edit, size_t reference_length)
{
    if (edit->id == 0 || !identifier_is_blank(edit->archive_reference))
        return "A sub-receipt is named by its ReceiptId";
    if (edit->sub_edit_count > 0)
        return "A sub-receipt has no sub-receipts";
    return content_problem(edit, reference_length);
}

static bool is_repeated(const struct receipt_edit *edits, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (edits[i].id == edits[at].id)
            return true;
    }
    return false;
}

const char *receipt_edit_problem(const struct receipt_edit *edit, size_t reference_length)
{
    const bool has_archive = !identifier_is_blank(edit->archive_reference);
    const char *problem = NULL;

    if (edit->id != 0 && has_archive)
        return "ReceiptId and ArchiveReference cannot both be given";
    if (edit->id == 0 && !has_archive && edit->sub_edit_count > 0)
        return "A new receipt has no sub-receipts";
    if (edit->sub_edit_count > RECEIPT_SUB_EDITS)
        return "There are too many sub-receipts";
    problem = content_problem(edit, reference_length);
    for (size_t i = 0; problem == NULL && i < edit->sub_edit_count; i++)
        problem = is_repeated(edit->sub_edits, i)
                      ? "A sub-receipt is given twice"
                      : sub_edit_problem(&edit->sub_edits[i], reference_length);
    return problem;
}

/* ------------------------------------------------------------------ texts */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of the identity number that text begins with, with its digits; 0: there is none. */
static size_t person_at(const char *text)
{
    char digits[PERSON_DIGITS + 1] = "";
    size_t count = 0;
    size_t n = 0;

    while (count < PERSON_DIGITS) {
        if (count == BIRTH_DIGITS && text[n] == ' ' && n == BIRTH_DIGITS)
            n++;
        if (!is_digit(text[n]))
            return 0;
        digits[count++] = text[n++];
    }
    return !is_digit(text[n]) && identifier_is_person(digits, true) ? n : 0;
}

void receipt_mask(char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        const bool begins = is_digit(text[i]) && (i == 0 || !is_digit(text[i - 1]));
        const size_t n = begins ? person_at(text + i) : 0;

        if (n > 0)
            memset(text + i + n - (PERSON_DIGITS - BIRTH_DIGITS), '*',
                   PERSON_DIGITS - BIRTH_DIGITS);
    }
}

const char *receipt_updated_text(struct arena *arena, const char *text, const char *system)
{
    char *updated = arena_format(arena, "%s - Receipt updated by AgencySystem: %s", text, system);

    if (updated != NULL)
        receipt_mask(updated);
    return updated;
}

/* One line, whatever the text was. */
static char *history_line(struct arena *arena, const struct receipt *old, const char *changed)
{
    char *line = arena_format(arena, "%s - %s - %s", changed, status_names[old->status], old->text);

    for (char *at = line; at != NULL && *at != '\0'; at++) {
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    }
    return line;
}

const char *receipt_grown_history(struct arena *arena, const struct receipt *old,
                                  const char *changed)
{
    const char *line = history_line(arena, old, changed);
    const size_t length = line == NULL ? 0 : strlen(line) + 1;
    const size_t room = length < RECEIPT_HISTORY_BYTES ? RECEIPT_HISTORY_BYTES - length : 0;
    size_t kept = strlen(old->history);

    if (kept > room) {
        for (kept = room; kept > 0 && old->history[kept] != '\n';)
            kept--;
    }
    if (line == NULL || kept == 0)
        return line;
    return arena_format(arena, "%s\n%.*s", line, (int)kept, old->history);
}

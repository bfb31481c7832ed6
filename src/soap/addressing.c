#include "soap/addressing.h"

#include <string.h>

static const char addressing[] = "http://www.w3.org/2005/08/addressing";
static const char anonymous[] = "http://www.w3.org/2005/08/addressing/anonymous";

/* The message addressing properties of WS-Addressing 1.0 core, 3.1, with what it says of a block
 * that comes twice. RelatesTo may. */
static const struct fault_addressing repeated[] = {
    {"InvalidAddressingHeader", "InvalidCardinality", "To", "To is repeated"},
    {"InvalidAddressingHeader", "InvalidCardinality", "From", "From is repeated"},
    {"InvalidAddressingHeader", "InvalidCardinality", "ReplyTo", "ReplyTo is repeated"},
    {"InvalidAddressingHeader", "InvalidCardinality", "FaultTo", "FaultTo is repeated"},
    {"InvalidAddressingHeader", "InvalidCardinality", "Action", "Action is repeated"},
    {"InvalidAddressingHeader", "InvalidCardinality", "MessageID", "MessageID is repeated"},
};
enum { REPEATED = sizeof(repeated) / sizeof(repeated[0]) };

bool addressing_knows(const struct envelope_block *block)
{
    if (strcmp(block->space, addressing) != 0)
        return false;
    for (size_t i = 0; i < REPEATED; i++) {
        if (strcmp(block->name, repeated[i].header) == 0)
            return true;
    }
    return strcmp(block->name, "RelatesTo") == 0;
}

const struct fault_addressing *addressing_repeated(const struct guard *guard)
{
    size_t count = 0;
    const struct envelope_block *blocks = guard_blocks(guard, &count);
    bool seen[REPEATED] = {false};

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < REPEATED; k++) {
            if (strcmp(blocks[i].name, repeated[k].header) != 0 ||
                strcmp(blocks[i].space, addressing) != 0)
                continue;
            if (seen[k])
                return &repeated[k];
            seen[k] = true;
        }
    }
    return NULL;
}

/* White space around an address does not change it. */
static bool is_anonymous(const char *address)
{
    static const char blank[] = " \t\r\n";
    const size_t n = strlen(anonymous);

    address += strspn(address, blank);
    return strncmp(address, anonymous, n) == 0 && address[n + strspn(address + n, blank)] == '\0';
}

/* The faults of one endpoint reference: it has no address, or one that is not ours to call. */
static const struct fault_addressing *check_reference(const struct wsa__EndpointReference *to,
                                                      const struct fault_addressing faults[2])
{
    if (to == NULL)
        return NULL;
    if (to->Address == NULL)
        return &faults[0];
    return is_anonymous(to->Address) ? NULL : &faults[1];
}

const struct fault_addressing *addressing_check(const struct SOAP_ENV__Header *header)
{
    static const struct fault_addressing reply[] = {
        {"InvalidAddressingHeader", "MissingAddressInEPR", "ReplyTo", "ReplyTo has no Address"},
        {"InvalidAddressingHeader", "OnlyAnonymousAddressSupported", "ReplyTo",
         "ReplyTo can only be the anonymous address"}};
    static const struct fault_addressing fault[] = {
        {"InvalidAddressingHeader", "MissingAddressInEPR", "FaultTo", "FaultTo has no Address"},
        {"InvalidAddressingHeader", "OnlyAnonymousAddressSupported", "FaultTo",
         "FaultTo can only be the anonymous address"}};
    const struct fault_addressing *problem = NULL;

    if (header == NULL)
        return NULL;
    problem = check_reference(header->wsa__ReplyTo, reply);
    return problem != NULL ? problem : check_reference(header->wsa__FaultTo, fault);
}

const struct fault_addressing *addressing_other_operation(void)
{
    static const struct fault_addressing fault = {
        "ActionNotSupported", NULL, "Action", "The action names another operation than the body"};

    return &fault;
}

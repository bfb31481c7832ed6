/* WS-Addressing 1.0 on the way in: an answer goes back on the connection and nowhere else. */
#ifndef DPVD_SOAP_ADDRESSING_H
#define DPVD_SOAP_ADDRESSING_H

#include "soap/fault.h"
#include "xml/guard.h"

#include <operations.h>
#include <soapH.h>
#include <stdbool.h>

/* Is it one of the blocks that addressed endpoints read? */
bool addressing_knows(const struct envelope_block *block);

/* A block that came twice though it may come once; NULL: there is none. */
const struct fault_addressing *addressing_repeated(const struct guard *guard);

/* What in the header is not taken; NULL: nothing. Only the anonymous address is answered to. */
const struct fault_addressing *addressing_check(const struct SOAP_ENV__Header *header);

/* The action names another operation than the body. */
const struct fault_addressing *addressing_other_operation(void);

#endif

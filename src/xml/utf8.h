/* UTF-8 as XML wants it: whole characters, none of those that XML 1.0 forbids. */
#ifndef DPVD_XML_UTF8_H
#define DPVD_XML_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it one of XML's characters? (XML 1.0, 2.2) */
bool utf8_is_xml(uint32_t character);

/* Checks n bytes. *whole_out of them are whole characters; fewer than n (by 1 to 3) when the last
 * character is cut. false: what follows these is not UTF-8 (RFC 3629), or XML forbids it. */
bool utf8_check(const uint8_t *data, size_t n, size_t *whole_out);

/* Writes a character into room and returns its length, 1 to 4. */
size_t utf8_put(uint32_t character, char room[4]);

#endif

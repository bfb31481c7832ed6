#!/usr/bin/env python3
"""Write the files that the program carries in itself as C. Called by generate.sh.

usage: embed.py WSDL_DIR SQL_DIR OUT_DIR ENDPOINT...

Written: OUT/embedded.h and OUT/embedded.c with the WSDL of each endpoint as it is and with its
schemas inlined, every schema, and every migration in order.
"""
import os
import re
import sys

HEADER = '''/* The files that the program carries in itself: contract and migrations. */
#ifndef DPVD_EMBEDDED_H
#define DPVD_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* without folder and suffix: "001_schema" */
    const char *text; /* NUL-terminated */
    size_t size;      /* without the NUL */
};

/* The last one of each has no name. */
extern const struct embedded_file embedded_wsdls[];        /* of the endpoints that are built */
extern const struct embedded_file embedded_single_wsdls[]; /* the same, schemas inlined */
extern const struct embedded_file embedded_xsds[];
extern const struct embedded_file embedded_migrations[]; /* in the order of their numbers */

#endif
'''

# The question mark because C11 has trigraphs.
ESCAPES = {ord('"'): '\\"', ord('\\'): '\\\\', ord('?'): '\\?', ord('\n'): '\\n'}
LOCATION = re.compile(r' schemaLocation="([^"]+)"')


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as handle:
        return handle.read()


def schemas_of(folder, text):
    """The schema files that a text leads to, each once, in the order they are met."""
    found, waiting = [], LOCATION.findall(text)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += LOCATION.findall(read(folder, name))
    return found


def inlined(folder, text):
    """The text of a WSDL with every schema that it leads to inside its types."""
    schemas = []
    for name in schemas_of(folder, text):
        schema = read(folder, name)
        schema = schema[schema.index('<xsd:schema'):]
        schemas.append(re.sub(r'^(?=.)', '    ', schema, flags=re.M))
    head, types, rest = text.partition('  <wsdl:types>\n')
    return LOCATION.sub('', head + types + ''.join(schemas) + rest)


def literal(text):
    """Adjacent C strings, one a line."""
    lines = ['        "%s"' % ''.join(ESCAPES.get(byte) or plain(byte) for byte in line.encode())
             for line in text.splitlines(keepends=True)]
    return '\n'.join(lines) or '        ""'


def plain(byte):
    return chr(byte) if 32 <= byte < 127 else '\\%03o' % byte


def table(name, files):
    lines = ['const struct embedded_file %s[] = {' % name]
    for stem, text in files:
        lines += ['    {"%s",' % stem, literal(text) + ',', '     %d},' % len(text.encode('utf-8'))]
    return '\n'.join(lines + ['    {NULL, NULL, 0},', '};', ''])


def stems(folder, pattern):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [os.path.splitext(name)[0] for name in names if re.fullmatch(pattern, name)]


def main(wsdl, sql, out, *endpoints):
    wsdls = [(name, read(wsdl, name + '.wsdl')) for name in endpoints]
    tables = [
        table('embedded_wsdls', wsdls),
        table('embedded_single_wsdls', [(name, inlined(wsdl, text)) for name, text in wsdls]),
        table('embedded_xsds',
              [(name, read(wsdl, name + '.xsd')) for name in stems(wsdl, r'.+\.xsd')]),
        table('embedded_migrations',
              [(name, read(sql, name + '.sql')) for name in stems(sql, r'\d{3}_.+\.sql')]),
    ]
    for name, text in (('embedded.h', HEADER),
                       ('embedded.c', '\n'.join(['#include "embedded.h"', ''] + tables))):
        with open(os.path.join(out, name), 'w', encoding='utf-8') as handle:
            handle.write(text)


if __name__ == '__main__':
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])

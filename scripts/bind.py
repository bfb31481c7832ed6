#!/usr/bin/env python3
"""Bend what wsdl2h and soapcpp2 write to the contract. Called by generate.sh.

usage: bind.py header WSDL_DIR OUT_DIR SHORT=ENDPOINT...
       bind.py code   WSDL_DIR OUT_DIR SHORT=ENDPOINT...

header: turns OUT/wsdl2h.h into OUT/dpvd.h for soapcpp2. Members of types of responses are written
even when they hold nothing, everything optional in a request can be told from nothing, operations
are named after their endpoint (several have one name in one namespace), one value is read that the
contract does not publish, and the header blocks of WSDL_DIR/header.h are added.

code: mends OUT/soapC.c and OUT/soapServer.c in the few places where soapcpp2 has no option, and
writes OUT/operations.h and OUT/operations.c, what the dispatcher needs to know.
"""
import os
import re
import sys
import xml.etree.ElementTree as ET

XSD = 'http://www.w3.org/2001/XMLSchema'
WSDL = 'http://schemas.xmlsoap.org/wsdl/'
SOAP = {'http://schemas.xmlsoap.org/wsdl/soap/': 1, 'http://schemas.xmlsoap.org/wsdl/soap12/': 2}
BASE = 'http://localhost:8080'

# The guide for senders lists a way of notification that no published contract has: requests may
# use it, so the reader must know it; the contract that we publish does not name it.
EXTRA_VALUES = {'fe__TransportType': 'PriorityEmailSMSReminder'}

# What the old service wrote for a date that was never set.
NO_DATE = '0001-01-01T00:00:00'


def x(name):
    return '{%s}%s' % (XSD, name)


def w(name):
    return '{%s}%s' % (WSDL, name)


def fail(message):
    sys.exit('bind.py: ' + message)


class Document:
    """A parsed file that can resolve prefixed names in attribute values."""

    def __init__(self, path, prefixes):
        self.scope, self.prefixes = {}, prefixes
        stack, fresh, self.root = [{}], {}, None
        for event, item in ET.iterparse(path, events=('start-ns', 'start', 'end')):
            if event == 'start-ns':
                fresh[item[0]] = item[1]
            elif event == 'start':
                if self.root is None:
                    self.root = item
                stack.append({**stack[-1], **fresh})
                fresh = {}
                self.scope[item] = stack[-1]
            else:
                stack.pop()

    def name(self, element, value):
        """The C name of a prefixed name, or xsd__NAME for the types of XML Schema itself."""
        prefix, _, local = value.rpartition(':')
        space = self.scope[element][prefix]
        return 'xsd__' + local if space == XSD else self.prefixes[space] + '__' + local


class Member:
    def __init__(self, document, node):
        self.name = node.get('name')
        self.type = document.name(node, node.get('type'))
        self.nillable = node.get('nillable') == 'true'
        self.optional = node.get('minOccurs') == '0'
        self.many = node.get('maxOccurs', '1') != '1'


class Operation:
    def __init__(self, name, request, response, action):
        self.name, self.request, self.response, self.action = name, request, response, action


class Endpoint:
    def __init__(self, path, version, token, operations):
        self.path, self.version, self.token, self.operations = path, version, token, operations


class Contract:
    """Every type and operation of the folder, built or not: what a type is used for must not
    depend on what is built today, or code that fills it would break with the next endpoint."""

    def __init__(self, folder):
        self.prefixes = self._prefixes(os.path.join(folder, 'typemap.dat'))
        self.types, self.enums, self.endpoints = {}, set(), {}
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.endswith('.xsd'):
                document = Document(path, self.prefixes)
                self._schema(document, document.root)
            elif name.endswith('.wsdl'):
                self._wsdl(name[:-len('.wsdl')], Document(path, self.prefixes))

    @staticmethod
    def _prefixes(path):
        with open(path, encoding='utf-8') as handle:
            found = re.findall(r'^(\w+)\s*=\s*"([^"]+)"', handle.read(), re.M)
        return {space: prefix for prefix, space in found}

    def _schema(self, document, schema):
        prefix = self.prefixes[schema.get('targetNamespace')]
        for node in schema:
            name = '%s__%s' % (prefix, node.get('name'))
            if node.tag == x('simpleType'):
                self.enums.add(name)
            elif node.tag == x('complexType'):
                self._complex(document, node, name)
            elif node.tag == x('element') and node.get('type') is None:
                self._complex(document, node.find(x('complexType')), '_' + name)

    def _complex(self, document, node, name):
        extension = node.find('%s/%s' % (x('complexContent'), x('extension')))
        holder = node if extension is None else extension
        base = None if extension is None else document.name(extension, extension.get('base'))
        members = [Member(document, item) for item in holder.find(x('sequence'))]
        self.types.setdefault(name, (base, members))

    def _wsdl(self, name, document):
        root = document.root
        for schema in root.iter(x('schema')):
            self._schema(document, schema)
        parts = {}
        for message in root.findall(w('message')):
            part = message.find(w('part'))
            parts[message.get('name')] = document.name(part, part.get('element'))
        abstract = {op.get('name'): op for op in root.find(w('portType'))}
        operations = []
        for op in root.find(w('binding')).findall(w('operation')):
            request, response = (
                parts[abstract[op.get('name')].find(w(kind)).get('message').split(':')[1]]
                for kind in ('input', 'output'))
            action = next(c.get('soapAction') for c in op if c.tag.endswith('}operation'))
            operations.append(Operation(op.get('name'), request, response, action))
        port = root.find('%s/%s' % (w('service'), w('port')))
        address = next(child for child in port if child.tag.endswith('}address'))
        version = SOAP[address.tag[1:].split('}')[0]]
        if not address.get('location').startswith(BASE + '/'):
            fail('%s: the address does not begin with %s/' % (name, BASE))
        token = any(item.tag.endswith('}UsernameToken') for item in root.iter())
        self.endpoints[name] = Endpoint(address.get('location')[len(BASE):], version, token,
                                        operations)

    def members(self, name):
        base, members = self.types[name]
        return (self.members(base) if base else []) + members

    def reach(self, names):
        """The complex types that messages with these elements can hold."""
        found, waiting = set(), list(names)
        while waiting:
            name = waiting.pop()
            if name not in found and name in self.types:
                found.add(name)
                waiting += [member.type for member in self.members(name)]
        return found

    def operations(self):
        return [op for endpoint in self.endpoints.values() for op in endpoint.operations]

    def prefixes_of(self, names):
        """The namespaces of the elements of these types, as a response shows them."""
        return {name.lstrip('_').split('__')[0] for name in self.reach(names)}


class Header:
    """The types of wsdl2h's header, amended; its list of operations is replaced."""

    MEMBER = re.compile(r'^    (?P<type>\S.*?)\s+(?P<name>\w+)\s+(?P<need>0|1|nullptr 1);')

    def __init__(self, contract, text):
        self.contract = contract
        answered = ['_' + op.response for op in contract.operations()]
        asked = ['_' + op.request for op in contract.operations()]
        self.written = contract.reach(answered + ['fault__AltinnFault'])
        self.read = contract.reach(asked)
        types, mark, _ = text.partition(' * Services ')
        if not mark:
            fail('the header of wsdl2h has no section "Services"')
        types = types[:types.rindex('/*')]
        header = re.search(r'^mutable struct SOAP_ENV__Header\n\{.*?^\};\n', text, re.M | re.S)
        detail = re.search(r'^mutable struct SOAP_ENV__Detail\n\{.*?^\};\n', text, re.M | re.S)
        if not detail:
            fail('the header of wsdl2h has no struct SOAP_ENV__Detail')
        self.lines, name = [], None
        for line in types.splitlines():
            opened = re.match(r'(?:struct|enum) (\w+)$', line)
            if opened:
                name = opened.group(1)
            elif line == '};' and name in EXTRA_VALUES:
                self.lines.append('\t%s__%s,' % (name, EXTRA_VALUES[name]))
            self.lines.append(self._amend(name, line))
        self.lines += [part.group(0) for part in (header, detail) if part]

    def _amend(self, name, line):
        found = self.MEMBER.match(line)
        if not found or name not in self.written | self.read:
            return line
        member = next((m for m in self.contract.members(name) if m.name == found['name']), None)
        if member is None or member.many:
            return line
        kind, need = found['type'].rstrip('*'), found['need']
        if member.nillable and name in self.written:
            return '    %s* %s nullptr 1;' % (kind, member.name)
        if name in self.read:
            return '    %s* %s %s;' % (kind, member.name, need)
        if member.type == 'xsd__dateTime':
            return '    %s* %s 1 = "%s";' % (kind, member.name, NO_DATE)
        return '    %s %s 1;' % (kind, member.name)

    def text(self, built, blocks):
        lines = self.lines + [blocks]
        for short, endpoint in built:
            for op in self.contract.endpoints[endpoint].operations:
                lines.append('int __%s__%s(struct _%s *%s, struct _%s *%s);' % (
                    short, op.name, op.request, op.request, op.response, op.response))
        return '\n'.join(lines) + '\n'


HEADER_H = '''/* What is built: endpoints, their operations, and the namespaces of faults. */
#ifndef DPVD_OPERATIONS_H
#define DPVD_OPERATIONS_H

#include <stdsoap2.h>

struct wire_operation {
    const char *name;
    const char *element_namespace; /* of the one child of the request's body */
    const char *element;
    const char *tag;               /* the same for soap_match_tag */
    const char *action;            /* SOAPAction, and wsa:Action of the request */
    int (*serve)(struct soap *soap); /* reads the request, calls the handler, writes the response */
};

struct wire_endpoint {
    const char *name;
    const char *path;
    int soap_version; /* 1 is SOAP 1.1, 2 is SOAP 1.2 with WS-Addressing */
    int username_token; /* 1: callers prove themselves by WS-Security's UsernameToken */
    const struct wire_operation *operations; /* the last one has no name */
};

extern const struct wire_endpoint wire_endpoints[];             /* the last one has no name */
extern const struct Namespace *const wire_fault_namespaces[3]; /* by soap->version */

#endif
'''

# gSOAP wants these four first and in this order. With the patterns a reader takes both versions of
# SOAP and remembers which one came; a table that is set for writing has forgotten it, so it must
# name the one version that is meant.
XML = [(prefix, 'http://www.w3.org/2001/' + name, 'http://www.w3.org/*/' + name)
       for prefix, name in (('xsi', 'XMLSchema-instance'), ('xsd', 'XMLSchema'))]
SOAP_11 = [('SOAP-ENV', 'http://schemas.xmlsoap.org/soap/envelope/', None),
           ('SOAP-ENC', 'http://schemas.xmlsoap.org/soap/encoding/', None)]
SOAP_12 = [('SOAP-ENV', 'http://www.w3.org/2003/05/soap-envelope', None),
           ('SOAP-ENC', 'http://www.w3.org/2003/05/soap-encoding', None)]
EITHER = [(prefix, space, 'http://www.w3.org/*/soap-' + space.split('/')[-2])
          for prefix, space, _ in SOAP_11]
WRITTEN = {1: SOAP_11 + XML, 2: SOAP_12 + XML}


def table(kind, name, rows):
    lines = ['%s struct Namespace %s[] = {' % (kind, name)]
    for prefix, space, pattern in rows:
        quoted = '"%s"' % pattern if pattern else 'NULL'
        lines.append('    {"%s", "%s", %s, NULL},' % (prefix, space, quoted))
    return lines + ['    {NULL, NULL, NULL, NULL},', '};', '']


def operations_c(contract, built, stub):
    spaces = {prefix: space for space, prefix in contract.prefixes.items()}

    def rows(prefixes):
        return [(prefix, spaces[prefix], None) for prefix in sorted(prefixes)]

    used = {p for p in spaces if re.search(r'\b_?%s__' % p, stub)}
    lines = ['#include "operations.h"', '#include "soapH.h"', '']
    lines += table('SOAP_NMAC', 'namespaces', EITHER + XML + rows(used))
    for version, standard in WRITTEN.items():
        lines += table('static const', 'fault_namespaces_1%d' % version, standard + rows(['fault']))
    lines += ['const struct Namespace *const wire_fault_namespaces[3] = {',
              '    fault_namespaces_11, fault_namespaces_11, fault_namespaces_12};', '']
    for short, endpoint in built:
        for op in contract.endpoints[endpoint].operations:
            lines += table('const', 'namespaces_%s_%s' % (short, op.name),
                           WRITTEN[contract.endpoints[endpoint].version]
                           + rows(contract.prefixes_of(['_' + op.response])))
    for short, endpoint in built:
        lines.append('static const struct wire_operation operations_%s[] = {' % short)
        for op in contract.endpoints[endpoint].operations:
            prefix, _, local = op.request.partition('__')
            lines.append('    {"%s", "%s", "%s", "%s", "%s", soap_serve___%s__%s},' % (
                op.name, spaces[prefix], local, '%s:%s' % (prefix, local), op.action,
                short, op.name))
        lines += ['    {0},', '};', '']
    lines.append('const struct wire_endpoint wire_endpoints[] = {')
    for short, endpoint in built:
        made = contract.endpoints[endpoint]
        lines.append('    {"%s", "%s", %d, %d, operations_%s},' % (
            endpoint, made.path, made.version, made.token, short))
    return '\n'.join(lines + ['    {0},', '};', ''])


def mend_reader(text):
    """A number is no value of an enumeration: gSOAP takes it for one, the old service refused. And a
    list for which there was no memory is not an empty one: gSOAP forgets to look."""
    number = re.compile(r'soap_s2int\(soap, s, &n\) \|\| n < 0 \|\| n > \d+\)')
    text, count = number.subn('(n = 0, 1))', text)
    if count == 0:
        fail('soapC.c reads enumerations in a way that is not known here')
    saved = re.compile(r'(\t\t\{\t(a->\w+) = \([^;]*\)soap_save_block\([^;]*\);\n)(\t\t\})')
    text, count = saved.subn(r'\1\t\t\tif (!\2)\n\t\t\t\treturn NULL;\n\3', text)
    begun = re.compile(r'(\t+)(soap_blist_\w+) = soap_alloc_block\(soap\);\n')
    text, lists = begun.subn(
        r'\1\2 = soap_alloc_block(soap);\n\1if (\2 == NULL)\n\1\treturn NULL;\n', text)
    text = re.sub(r'(if \(soap_blist_\w+ == NULL\))\n(\t+soap_blist_\w+ = soap_alloc_block\(soap\);\n'
                  r'\t+if \(soap_blist_\w+ == NULL\)\n\t+return NULL;\n)', r'\1 {\n\2}\n', text)
    if count == 0 or (count, lists) != (
            text.count('soap_save_block('), text.count('soap_alloc_block(')):
        fail('soapC.c reads lists in a way that is not known here')
    return text


def mend_server(text, expected):
    """Never call a handler without a request (a wrapper may come as xsi:nil), and answer with the
    namespaces of the answer alone instead of every namespace that any request may use."""
    call = re.compile(r'\tsoap->error = __(\w+?)__(\w+)\(soap, (soap_tmp_\w+\.\w+), &\w+\);\n'
                      r'\tif \(soap->error\)\n\t\treturn soap->error;\n')

    def mended(found):
        namespaces = 'namespaces_%s_%s' % (found[1], found[2])
        return ('\tif (!%s)\n\t\treturn soap->error = SOAP_NULL;\n%s'
                '\textern const struct Namespace %s[];\n'
                '\tif (soap_set_namespaces(soap, %s))\n\t\treturn soap->error;\n'
                % (found[3], found[0], namespaces, namespaces))

    text, count = call.subn(mended, text)
    if count != expected:
        fail('soapServer.c has %d calls of handlers, not %d' % (count, expected))
    return text


def rewrite(folder, name, change):
    path = os.path.join(folder, name)
    with open(path, encoding='utf-8') as handle:
        text = handle.read()
    write(folder, name, change(text))


def write(folder, name, text):
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as handle:
        handle.write(text)


def main(step, wsdl, out, *names):
    built = [tuple(name.split('=', 1)) for name in names]
    contract = Contract(wsdl)
    if step == 'header':
        with open(os.path.join(wsdl, 'header.h'), encoding='utf-8') as handle:
            blocks = handle.read()
        with open(os.path.join(out, 'wsdl2h.h'), encoding='utf-8') as handle:
            write(out, 'dpvd.h', Header(contract, handle.read()).text(built, blocks))
        return
    with open(os.path.join(out, 'soapStub.h'), encoding='utf-8') as handle:
        write(out, 'operations.c', operations_c(contract, built, handle.read()))
    write(out, 'operations.h', HEADER_H)
    count = sum(len(contract.endpoints[endpoint].operations) for _, endpoint in built)
    rewrite(out, 'soapC.c', mend_reader)
    rewrite(out, 'soapServer.c', lambda text: mend_server(text, count))


if __name__ == '__main__':
    if len(sys.argv) < 5 or sys.argv[1] not in ('header', 'code'):
        sys.exit(__doc__)
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""The contract in wsdl/ says the same as the reference, and clients can read it.

Needs nothing but Python. What it compares with stands beside the checkout, in ../shared/contract;
zeep, a SOAP client, is used when a python3 has it. What is not there is skipped and said.
"""
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WSDL = os.path.join(ROOT, 'wsdl')
CONTRACT = os.path.join(ROOT, '..', 'shared', 'contract')
REFERENCE = os.path.join(CONTRACT, 'reference')
ENDPOINTS = ('CorrespondenceAgencyExternal', 'CorrespondenceAgencyExternalAEC',
             'CorrespondenceAgencyExternalAEC2', 'CorrespondenceAgencyExternalBasic',
             'CorrespondenceAgencyExternalEC', 'CorrespondenceAgencyExternalEC2',
             'CorrespondenceExternalEC', 'CorrespondenceExternalEC2',
             'NotificationAgencyExternalBasic', 'ReceiptAgencyExternalBasic')

LOAD = '''
import sys
from zeep import Client
for path in sys.argv[1:]:
    binding = list(list(Client(path).wsdl.services.values())[0].ports.values())[0].binding
    print(len(binding._operations))
'''


class Skip(Exception):
    """Something that the test needs is not there."""


def read(name):
    with open(os.path.join(WSDL, name), encoding='utf-8') as handle:
        return handle.read()


def files(suffix):
    return sorted(name for name in os.listdir(WSDL) if name.endswith(suffix))


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    return done.returncode, done.stdout


def compare(candidate, endpoint):
    tool = os.path.join(CONTRACT, 'contract-diff')
    if not os.path.isfile(tool):
        raise Skip('no reference in ../shared/contract')
    code, out = run(sys.executable, tool, '--allow-additions',
                    os.path.join(REFERENCE, endpoint + '.wsdl'), candidate)
    assert code == 0, out


def same_as_reference(endpoint, _folder):
    compare(os.path.join(WSDL, endpoint + '.wsdl'), endpoint)


def single_wsdl_same_as_reference(endpoint, folder):
    compare(os.path.join(folder, endpoint + '.wsdl'), endpoint)


def all_of_the_reference_are_ours(_endpoint, _folder):
    if not os.path.isdir(REFERENCE):
        raise Skip('no reference in ../shared/contract')
    assert sorted(os.listdir(REFERENCE)) == files('.wsdl'), files('.wsdl')


def every_import_names_a_file(_endpoint, _folder):
    for name in files('.wsdl') + files('.xsd'):
        for tag in re.findall(r'<xsd:import [^>]*>', read(name)):
            found = re.search(r'schemaLocation="([^"]+)"', tag)
            assert found and found[1] in files('.xsd'), '%s: %s' % (name, tag)


def typemap_names_every_namespace(_endpoint, _folder):
    named = set(re.findall(r'= "([^"]+)"$', read('typemap.dat'), re.M))
    for name in files('.wsdl') + files('.xsd'):
        missing = set(re.findall(r'targetNamespace="([^"]+)"', read(name))) - named
        assert not missing, '%s: %s' % (name, missing)


@functools.lru_cache(maxsize=1)
def python_with_zeep():
    for python in (sys.executable, '/usr/bin/python3'):
        if os.path.exists(python) and run(python, '-c', 'import zeep')[0] == 0:
            return python
    return None


def zeep_loads(endpoint, folder):
    if python_with_zeep() is None:
        raise Skip('no python3 here has zeep')
    paths = [os.path.join(place, endpoint + '.wsdl') for place in (WSDL, folder)]
    code, out = run(python_with_zeep(), '-c', LOAD, *paths)
    operations = len(re.findall('<wsdl:operation ', read(endpoint + '.wsdl'))) // 2
    assert code == 0 and out.split() == [str(operations)] * 2, out


def write_single_wsdls(folder):
    """As the program carries them, but for all endpoints, built or not."""
    script = os.path.join(ROOT, 'scripts', 'embed.py')
    spec = importlib.util.spec_from_file_location('embed', script)
    embed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(embed)
    for endpoint in ENDPOINTS:
        with open(os.path.join(folder, endpoint + '.wsdl'), 'w', encoding='utf-8') as handle:
            handle.write(embed.inlined(WSDL, read(endpoint + '.wsdl')))


def attempt(counts, test, endpoint, folder):
    name = ' '.join(part for part in (test.__name__, endpoint) if part)
    try:
        test(endpoint, folder)
        counts['passed'] += 1
    except Skip as reason:
        print('skipped: %s: %s' % (name, reason))
        counts['skipped'] += 1
    except (AssertionError, OSError) as reason:
        print('FAILED: %s: %s' % (name, reason))
        counts['failed'] += 1


def main():
    sys.dont_write_bytecode = True
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    folder = tempfile.mkdtemp()
    try:
        write_single_wsdls(folder)
        for test in (all_of_the_reference_are_ours, every_import_names_a_file,
                     typemap_names_every_namespace):
            attempt(counts, test, '', folder)
        for endpoint in ENDPOINTS:
            for test in (same_as_reference, single_wsdl_same_as_reference, zeep_loads):
                attempt(counts, test, endpoint, folder)
    finally:
        shutil.rmtree(folder)
    print(', '.join('%d %s' % (n, word) for word, n in counts.items() if n or word != 'skipped'))
    return 1 if counts['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())

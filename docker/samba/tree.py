#!/usr/bin/python3
"""Tells what is below a directory of the share, one line an item, by path:
tree.py [--security] DIRECTORY
f ATTRIBUTES CHANGED MADE SIZE HASH PATH     d ATTRIBUTES CHANGED MADE PATH/
Attributes are letters as attrib(1) of Windows shows them, "-" for none; times are seconds; the hash is the beginning
of SHA-256. With --security the security descriptor stands before the path, as SDDL without its group.
"""

import hashlib
import os
import sys

from samba.dcerpc import security, xattr
from samba.ndr import ndr_unpack

LETTERS = (('R', 0x1), ('H', 0x2), ('S', 0x4), ('A', 0x20), ('T', 0x100), ('P', 0x200), ('C', 0x800), ('O', 0x1000),
           ('I', 0x2000), ('E', 0x4000))
PARTS = security.SECINFO_OWNER | security.SECINFO_DACL | security.SECINFO_SACL
ACCESS = security.SEC_STD_READ_CONTROL | security.SEC_FLAG_SYSTEM_SECURITY
SECONDS_FROM_1601_TO_1970 = 11644473600


def seconds(ns):
    return f'{ns // 10**9}.{ns % 10**9:09}'.rstrip('0').rstrip('.')


def kept(path):
    """What Samba keeps beside a file: attributes and the time when it was made; none for what came otherwise."""
    try:
        info = ndr_unpack(xattr.DOSATTRIB, os.getxattr(path, 'user.DOSATTRIB')).info
    except OSError:
        return '-', '-'
    letters = ''.join(letter for letter, bit in LETTERS if info.attrib & bit)
    made = info.create_time * 100 - SECONDS_FROM_1601_TO_1970 * 10**9
    return letters or '-', seconds(made)


def line(path, is_directory):
    attributes, made = kept(path)
    stat = os.stat(path)
    words = ['d' if is_directory else 'f', attributes, seconds(stat.st_mtime_ns), made]
    if not is_directory:
        with open(path, 'rb') as file:
            words += [str(stat.st_size), hashlib.file_digest(file, 'sha256').hexdigest()[:8]]
    return ' '.join(words)


def security_of(connection, path):
    name = os.path.relpath(path, '/share').replace('/', '\\')
    descriptor = connection.get_acl('' if name == '.' else name, PARTS, ACCESS)
    # An empty SACL says as much as none.
    return descriptor.as_sddl(security.dom_sid('S-1-5-21-0-0-0')).removesuffix('S:')


arguments = sys.argv[1:]
connection = None
if arguments[0] == '--security':
    from client import connect

    arguments.pop(0)
    connection = connect('share')
root = os.path.join('/share', arguments[0])
lines = {}
for parent, directories, files in os.walk(root):
    for path, is_directory in [(parent, True)] + [(os.path.join(parent, name), False) for name in files]:
        shown = os.path.relpath(path, root)
        told = line(path, is_directory) + (f' {security_of(connection, path)}' if connection else '')
        lines[f'./' if shown == '.' else f'{shown}/' if is_directory else shown] = told
for shown in sorted(lines):
    print(lines[shown], shown)

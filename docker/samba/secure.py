#!/usr/bin/python3
"""Writes a security descriptor over SMB: secure.py PATH-IN-THE-SHARE SDDL; parts that the text has not stay.
Rights are to be written as numbers (0x1f01ff, not FA): Samba's words for them mean those of Active Directory.
"""

import sys

from client import connect
from samba.dcerpc import security

path, text = sys.argv[1:]
descriptor = security.descriptor.from_sddl(text, security.dom_sid('S-1-5-21-0-0-0'))
parts = 0
access = security.SEC_STD_READ_CONTROL
if descriptor.owner_sid:
    parts |= security.SECINFO_OWNER
    access |= security.SEC_STD_WRITE_OWNER
if descriptor.dacl:
    parts |= security.SECINFO_DACL
    access |= security.SEC_STD_WRITE_DAC
if descriptor.sacl:
    parts |= security.SECINFO_SACL
    access |= security.SEC_FLAG_SYSTEM_SECURITY | security.SEC_STD_WRITE_DAC
connect('share').set_acl(path.replace('/', '\\'), descriptor, parts, access)

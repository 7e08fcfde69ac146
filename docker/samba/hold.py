#!/usr/bin/python3
"""Holds a file until this process is ended, and says "held" when it does:
hold.py exclusively PATH-IN-THE-SHARE   opened over SMB, shared with nobody
hold.py range PATH-IN-THE-CONTAINER     with a lock on its first byte, for writing
"""

import fcntl
import os
import signal
import sys

how, path = sys.argv[1:]
if how == 'exclusively':
    from samba.credentials import Credentials
    from samba.param import LoadParm
    from samba.samba3 import libsmb_samba_internal as libsmb
    from samba.samba3 import param

    settings = LoadParm()
    settings.load('/etc/samba/smb.conf')
    samba3 = param.get_context()
    samba3.load('/etc/samba/smb.conf')
    user = Credentials()
    user.guess(settings)
    user.set_username(os.environ.get('SMB_USER', 'datasync'))
    user.set_password(os.environ.get('SMB_PASSWORD', 'Passw0rd!'))
    connection = libsmb.Conn('127.0.0.1', 'share', samba3, creds=user)
    GENERIC_READ_AND_WRITE = 0xC0000000
    handle = connection.create(path, DesiredAccess=GENERIC_READ_AND_WRITE, ShareAccess=0)
else:
    file = open(path, 'r+b')
    fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
print('held', flush=True)
signal.pause()

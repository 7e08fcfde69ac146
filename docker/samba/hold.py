#!/usr/bin/python3
"""Holds a file of the share, says "held", and lets it go at the end of its input:
hold.py exclusively PATH   opened over SMB, shared with nobody
hold.py range PATH         with a lock on its first byte, for writing
"""

import fcntl
import sys

how, path = sys.argv[1:]
if how == 'exclusively':
    from client import connect

    GENERIC_READ_AND_WRITE = 0xC0000000
    connection = connect('share')
    handle = connection.create(path.replace('/', '\\'), DesiredAccess=GENERIC_READ_AND_WRITE, ShareAccess=0)
else:
    file = open(f'/share/{path}', 'r+b')
    fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
print('held', flush=True)
sys.stdin.read()

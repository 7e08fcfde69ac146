"""Says whether the files of a directory have handles that outlive their names (name_to_handle_at(2))."""

import ctypes
import os
import sys

AT_FDCWD = -100
HANDLE_BYTES = 128
handle = ctypes.create_string_buffer(HANDLE_BYTES.to_bytes(4, sys.byteorder), 8 + HANDLE_BYTES)
mount = ctypes.c_int()
c = ctypes.CDLL(None, use_errno=True)
if c.name_to_handle_at(AT_FDCWD, os.fsencode(sys.argv[1]), handle, ctypes.byref(mount), 0) < 0:
    sys.exit(f'{sys.argv[1]}: {os.strerror(ctypes.get_errno())}')

"""Samba's own client, logged in at this container's server as its user."""

import os

from samba.credentials import Credentials
from samba.param import LoadParm
from samba.samba3 import libsmb_samba_internal as libsmb
from samba.samba3 import param

CONFIGURATION = '/etc/samba/smb.conf'


def connect(share):
    settings = LoadParm()
    settings.load(CONFIGURATION)
    context = param.get_context()
    context.load(CONFIGURATION)
    user = Credentials()
    user.guess(settings)
    user.set_username(os.environ.get('SMB_USER', 'datasync'))
    user.set_password(os.environ.get('SMB_PASSWORD', 'Passw0rd!'))
    return libsmb.Conn('127.0.0.1', share, context, creds=user)

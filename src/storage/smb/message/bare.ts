/** The body of ECHO, CANCEL, LOGOFF and TREE_DISCONNECT: nothing but its size (MS-SMB2 2.2.28, 2.2.30, 2.2.7, 2.2.11). */
export const BARE_BODY: Uint8Array = Uint8Array.of(4, 0, 0, 0);

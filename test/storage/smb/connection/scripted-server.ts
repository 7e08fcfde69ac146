// A server that does as it is told: it negotiates, logs in, signs and encrypts for real, so that what a script
// changes is what fails.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  CIPHERS,
  type CipherName,
  DIALECTS,
  type Dialect,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../../../../src/storage/smb/message/dialect.ts';
import {
  COMMANDS,
  type CommandName,
  FLAGS,
  splitCompound,
} from '../../../../src/storage/smb/message/header.ts';
import {
  offer,
  preauthIntegrity,
  writeContexts,
} from '../../../../src/storage/smb/message/negotiate-context.ts';
import { NT_STATUS } from '../../../../src/storage/smb/nt-status.ts';
import { isSealed, type Sealer, sealer } from '../../../../src/storage/smb/protection/encryption.ts';
import { PreauthHash } from '../../../../src/storage/smb/protection/preauth-hash.ts';
import { sessionKeys } from '../../../../src/storage/smb/protection/session-keys.ts';
import { type Signer, signer } from '../../../../src/storage/smb/protection/signing.ts';
import { directTcp } from '../../../../src/storage/wire/framing.ts';
import { RecordReader } from '../../../../src/storage/wire/record-reader.ts';
import { ScriptedLogin } from './scripted-login.ts';

export const ACCOUNT = { user: 'anna', domain: 'CORP', password: 'secret of anna' };

/** One request, as it came. */
export interface Asked {
  readonly command: CommandName;
  readonly messageId: bigint;
  readonly credits: number;
  readonly charge: number;
  readonly flags: number;
  readonly message: Buffer;
  /** How many of the same command came before, over all connections. */
  readonly nth: number;
  /** From 1. */
  readonly connection: number;
}

/** An answer; what is left out is as an honest server has it. */
export interface Said {
  readonly status?: number;
  readonly body?: Buffer;
  readonly credits?: number;
  readonly flags?: number;
  readonly asyncId?: bigint;
  readonly messageId?: bigint;
  readonly command?: number;
}

export interface Script {
  readonly dialect?: Dialect;
  readonly signing?: SigningAlgorithm;
  /** null: none. */
  readonly cipher?: CipherName | null;
  readonly requiresSigning?: boolean;
  readonly sessionFlags?: number;
  readonly shareType?: number;
  readonly shareFlags?: number;
  readonly shareCapabilities?: number;
  readonly maxBytes?: number;
  /** Several answers to one request, none, or `end` for the end of the connection; undefined: the usual one. */
  answer?(asked: Asked): Said | readonly Said[] | 'end' | undefined;
  /** What becomes of an answer behind the server's back: after it was signed, before it is encrypted. */
  onMessage?(message: Buffer, asked: Asked): Buffer;
  /** The same of a whole frame, encrypted and with its four bytes in front. */
  onFrame?(frame: Buffer, asked: Asked): Buffer;
}

const COMMAND_NAMES: ReadonlyMap<number, CommandName> = new Map(
  Object.entries(COMMANDS).map(([name, id]) => [id, name as CommandName]),
);
const SESSION_ID = 0x1122334455667788n;

export class ScriptedServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  script: Script;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(script: Script) {
    this.script = script;
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      const conversation = new Conversation(this, socket, this.connections);
      const reader = new RecordReader(directTcp, 1 << 24, (frame) => conversation.received(frame));
      socket.on('data', (chunk) => reader.feed(chunk));
    });
  }

  static async start(script: Script = {}): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(script);
    scripted.#server.listen(0, '127.0.0.1');
    await once(scripted.#server, 'listening');
    return scripted;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  commands(): readonly CommandName[] {
    return this.asked.map(({ command }) => command);
  }

  /** Ends all connections; new ones are welcome. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    this.#server.close();
  }
}

class Conversation {
  readonly #server: ScriptedServer;
  readonly #socket: Socket;
  readonly #number: number;
  readonly #preauth = new PreauthHash();
  #login = new ScriptedLogin(ACCOUNT);
  #signer: Signer | undefined;
  #sealer: Sealer | undefined;
  /** One request after the other, although a login takes its time. */
  #queue: Promise<void> = Promise.resolve();

  constructor(server: ScriptedServer, socket: Socket, number: number) {
    this.#server = server;
    this.#socket = socket;
    this.#number = number;
  }

  received(frame: Buffer): void {
    this.#queue = this.#queue.then(() => this.#serve(frame));
  }

  async #serve(frame: Buffer): Promise<void> {
    const sealed = isSealed(frame);
    const plain = sealed && this.#sealer ? this.#sealer.open(frame) : frame;
    const answers: Buffer[] = [];
    let first: Asked | undefined;
    for (const message of splitCompound(plain)) {
      const asked = this.#note(message);
      first ??= asked;
      if (asked.flags & FLAGS.SIGNED && !this.#signer?.verifies(Buffer.from(message))) {
        throw new Error(`The client's signature of ${asked.command} is wrong`);
      }
      const said = await this.#answers(asked);
      if (said === 'end') {
        this.#socket.destroy();
        return;
      }
      for (const one of said) answers.push(this.#compose(one, asked, sealed));
    }
    if (first && answers.length > 0) this.#send(answers, first, sealed);
  }

  #note(message: Buffer): Asked {
    const command = COMMAND_NAMES.get(message.readUInt16LE(12)) ?? 'CANCEL';
    const asked: Asked = {
      command,
      messageId: message.readBigUInt64LE(24),
      credits: message.readUInt16LE(14),
      charge: message.readUInt16LE(6),
      flags: message.readUInt32LE(16),
      message,
      nth: this.#server.asked.filter((before) => before.command === command).length,
      connection: this.#number,
    };
    this.#server.asked.push(asked);
    return asked;
  }

  async #answers(asked: Asked): Promise<readonly Said[] | 'end'> {
    // The server's own state goes on as usual, whatever it says.
    const usual = await this.#usual(asked);
    const said = this.#server.script.answer?.(asked);
    if (said === 'end') return 'end';
    const list = said === undefined ? usual : said;
    const several: readonly Said[] = 'length' in list ? list : [list];
    return several.map((one) => ({ ...(usual[0] ?? {}), ...one }));
  }

  async #usual(asked: Asked): Promise<readonly Said[]> {
    switch (asked.command) {
      case 'NEGOTIATE':
        return [{ body: this.#negotiated() }];
      case 'SESSION_SETUP':
        return [await this.#loggedIn(asked)];
      case 'TREE_CONNECT':
        return [{ body: this.#share() }];
      case 'IOCTL':
        return [{ body: this.#validated() }];
      case 'CANCEL':
        return [];
      default:
        return [{ body: Buffer.from([4, 0, 0, 0]) }];
    }
  }

  #negotiated(): Buffer {
    const { dialect = '3.1.1', signing = 'AES-GMAC', cipher = 'aes-128-gcm' } = this.#server.script;
    const { requiresSigning = true, maxBytes = 8 << 20 } = this.#server.script;
    const contexts = [preauthIntegrity(Buffer.alloc(32)), offer('SIGNING', [SIGNING_ALGORITHMS[signing]])];
    if (cipher) contexts.push(offer('ENCRYPTION', [CIPHERS[cipher]]));
    const body = Buffer.alloc(64);
    body.writeUInt16LE(65, 0);
    body.writeUInt16LE(requiresSigning ? 3 : 1, 2);
    body.writeUInt16LE(DIALECTS[dialect], 4);
    body.fill(7, 8, 24);
    body.writeUInt32LE(dialect === '2.0.2' ? 0 : cipher && dialect !== '2.1' ? 0x44 : 0x04, 24);
    for (const at of [28, 32, 36]) body.writeUInt32LE(maxBytes, at);
    body.writeUInt16LE(128, 56);
    if (dialect !== '3.1.1') return body;
    body.writeUInt16LE(contexts.length, 6);
    body.writeUInt32LE(128, 60);
    return Buffer.concat([body, writeContexts(contexts)]);
  }

  async #loggedIn({ message }: Asked): Promise<Said> {
    const { sessionFlags = 0 } = this.#server.script;
    const offset = message.readUInt16LE(64 + 12);
    const token = message.subarray(offset, offset + message.readUInt16LE(64 + 14));
    // NTLMSSP's message type tells the first from the second.
    const type = token.readUInt32LE(token.indexOf('NTLMSSP\0') + 8);
    if (!this.#signer) this.#preauth.add(message);
    if (type === 1) {
      this.#login = new ScriptedLogin(ACCOUNT);
      const status = NT_STATUS.MORE_PROCESSING_REQUIRED;
      return { status, body: sessionSetup(0, this.#login.challenge(token)) };
    }
    const accepted = await this.#login.accept(token);
    if (!accepted && !(sessionFlags & 1)) return { status: NT_STATUS.LOGON_FAILURE };
    if (accepted && !this.#signer) this.#takeKeys(accepted.sessionKey);
    return { body: sessionSetup(sessionFlags, accepted?.token ?? Buffer.alloc(0)) };
  }

  #takeKeys(sessionKey: Buffer): void {
    const { dialect = '3.1.1', signing = 'AES-GMAC', cipher = 'aes-128-gcm' } = this.#server.script;
    const name = dialect === '3.1.1' ? cipher : 'aes-128-ccm';
    const keys = sessionKeys({
      dialect,
      cipher: name ?? 'aes-128-ccm',
      sessionKey,
      preauthHash: this.#preauth.value,
    });
    const algorithm = dialect.startsWith('2') ? 'HMAC-SHA256' : dialect === '3.1.1' ? signing : 'AES-CMAC';
    this.#signer = signer(algorithm, keys.signing);
    if (!name || !keys.sealing) return;
    const { toServer, fromServer } = keys.sealing;
    this.#sealer = sealer(name, { toServer: fromServer, fromServer: toServer }, SESSION_ID);
  }

  #share(): Buffer {
    const { shareType = 1, shareFlags = 0, shareCapabilities = 0 } = this.#server.script;
    const body = Buffer.alloc(16);
    body.writeUInt16LE(16, 0);
    body.writeUInt8(shareType, 2);
    body.writeUInt32LE(shareFlags, 4);
    body.writeUInt32LE(shareCapabilities, 8);
    body.writeUInt32LE(0x1f01ff, 12);
    return body;
  }

  /** FSCTL_VALIDATE_NEGOTIATE_INFO: what was said in NEGOTIATE, honestly. */
  #validated(): Buffer {
    const negotiated = this.#negotiated();
    const body = Buffer.alloc(48 + 24);
    body.writeUInt16LE(49, 0);
    body.writeUInt32LE(64 + 48, 32);
    body.writeUInt32LE(24, 36);
    negotiated.copy(body, 48, 24, 28);
    negotiated.copy(body, 52, 8, 24);
    negotiated.copy(body, 68, 2, 4);
    negotiated.copy(body, 70, 4, 6);
    return body;
  }

  #compose(said: Said, asked: Asked, sealed: boolean): Buffer {
    const {
      status = 0,
      body = Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 0]),
      credits = Math.max(asked.credits, 1),
    } = said;
    const message = Buffer.alloc(64 + body.length);
    message.writeUInt32LE(0x424d53fe, 0);
    message.writeUInt16LE(64, 4);
    message.writeUInt32LE(status, 8);
    message.writeUInt16LE(said.command ?? asked.message.readUInt16LE(12), 12);
    message.writeUInt16LE(credits, 14);
    message.writeUInt32LE(said.flags ?? FLAGS.SERVER_TO_REDIR, 16);
    message.writeBigUInt64LE(said.messageId ?? asked.messageId, 24);
    message.writeUInt32LE(5, 36);
    if (said.asyncId !== undefined) message.writeBigUInt64LE(said.asyncId, 32);
    if (asked.command !== 'NEGOTIATE') message.writeBigUInt64LE(SESSION_ID, 40);
    body.copy(message, 64);
    this.#sign(message, asked, status, sealed);
    const isHashed = asked.command === 'NEGOTIATE' || status === NT_STATUS.MORE_PROCESSING_REQUIRED;
    if (asked.command === 'NEGOTIATE') this.#preauth.add(asked.message);
    if (isHashed && !this.#signer) this.#preauth.add(message);
    return this.#server.script.onMessage?.(message, asked) ?? message;
  }

  #sign(message: Buffer, asked: Asked, status: number, sealed: boolean): void {
    const isEndOfLogin = asked.command === 'SESSION_SETUP' && status === 0;
    const asksForIt = (asked.flags & FLAGS.SIGNED) !== 0 || isEndOfLogin;
    if (this.#signer && !sealed && asksForIt && status !== NT_STATUS.PENDING) this.#signer.sign([message]);
  }

  /** Each answer in a frame of its own. */
  #send(answers: readonly Buffer[], asked: Asked, sealed: boolean): void {
    for (const answer of answers) {
      const data = sealed && this.#sealer ? Buffer.concat(this.#sealer.seal([answer])) : answer;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      const frame = Buffer.concat([length, data]);
      this.#socket.write(this.#server.script.onFrame?.(frame, asked) ?? frame);
    }
  }
}

function sessionSetup(flags: number, token: Buffer): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(9, 0);
  body.writeUInt16LE(flags, 2);
  body.writeUInt16LE(72, 4);
  body.writeUInt16LE(token.length, 6);
  return Buffer.concat([body, token]);
}

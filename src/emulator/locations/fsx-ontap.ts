import { idOf, scopeOf } from '../arn.ts';
import { invalidParameter } from '../errors.ts';
import { type Mount, nfsMount, smbMount } from '../mounts.ts';
import { memoryPlace } from '../places.ts';
import { type About, type Created, type Draft, locationKind, type Updated } from './location-kind.ts';
import { only } from './members.ts';
import { type SecretConfigs, secretConfigs, settleSecret, withoutSecretConfigs } from './secret-config.ts';
import { asSent } from './subdirectory.ts';

type Members = Created<'FsxOntap'>;
type Nfs = NonNullable<Members['Protocol']['NFS']>;
type Smb = NonNullable<Members['Protocol']['SMB']>;
type UpdatedSmb = NonNullable<NonNullable<Updated<'FsxOntap'>['Protocol']>['SMB']>;

/** Without the password. */
type SmbSettings = Readonly<Pick<Smb, 'User' | 'Domain'> & Required<Pick<Smb, 'MountOptions'>>> &
  SecretConfigs;

interface FsxOntapSettings {
  readonly StorageVirtualMachineArn: string;
  /** The file system of the virtual machine. */
  readonly FsxFilesystemArn: string;
  readonly SecurityGroupArns: string[];
  readonly Subdirectory: string;
  readonly Protocol: { readonly NFS: Nfs } | { readonly SMB: SmbSettings };
}

function create(input: Members, about: About): Draft<FsxOntapSettings> {
  const { StorageVirtualMachineArn, SecurityGroupArns, Subdirectory = '/', Protocol } = input;
  const common = {
    StorageVirtualMachineArn,
    FsxFilesystemArn: filesystemOf(StorageVirtualMachineArn),
    SecurityGroupArns,
    Subdirectory,
  };
  if (Protocol.SMB && !Protocol.NFS) {
    const blank = { User: Protocol.SMB.User, MountOptions: { Version: 'AUTOMATIC' as const } };
    const { smb, secrets } = settledSmb(blank, {}, Protocol.SMB, about);
    return { settings: { ...common, Protocol: { SMB: smb } }, secrets, agentArns: [] };
  }
  if (Protocol.NFS && !Protocol.SMB) {
    return {
      settings: { ...common, Protocol: { NFS: settledNfs(Protocol.NFS) } },
      secrets: {},
      agentArns: [],
    };
  }
  throw invalidParameter('Protocol must hold one of NFS and SMB.');
}

/** @source AWS API Reference, UpdateLocationFsxOntap: settings of NFS cannot be changed */
function update(
  was: Draft<FsxOntapSettings>,
  input: Updated<'FsxOntap'>,
  about: About,
): Draft<FsxOntapSettings> {
  const settings = { ...was.settings, ...only(input, 'Subdirectory') };
  const { NFS, SMB } = input.Protocol ?? {};
  const has = was.settings.Protocol;
  if ('NFS' in has) {
    const version = NFS?.MountOptions?.Version ?? has.NFS.MountOptions?.Version;
    if (SMB || version !== has.NFS.MountOptions?.Version) {
      throw invalidParameter(
        'The Protocol of an FSx for ONTAP location that uses NFS cannot be changed. Make a new location.',
      );
    }
    return { ...was, settings };
  }
  if (NFS)
    throw invalidParameter(
      'The Protocol of an FSx for ONTAP location cannot change from SMB to NFS. Make a new location.',
    );
  if (!SMB) return { ...was, settings };
  const { smb, secrets } = settledSmb(has.SMB, was.secrets, SMB, about);
  return { settings: { ...settings, Protocol: { SMB: smb } }, secrets, agentArns: [] };
}

/** @source AWS API Reference, FsxProtocolNfs: version 3 only */
function settledNfs(nfs: Nfs): Nfs {
  const Version = nfs.MountOptions?.Version ?? 'NFS3';
  if (Version !== 'NFS3' && Version !== 'AUTOMATIC') {
    throw invalidParameter(
      `An FSx for ONTAP location can use NFS3 only, and MountOptions.Version is ${Version}.`,
    );
  }
  return { MountOptions: { Version } };
}

/** @source AWS user guide, "Configuring transfers with FSx for ONTAP": SMB 1 is not available */
function settledSmb(was: SmbSettings, secrets: Draft<never>['secrets'], input: UpdatedSmb, about: About) {
  const MountOptions = { ...was.MountOptions, ...input.MountOptions };
  if (MountOptions.Version === 'SMB1') {
    throw invalidParameter('An FSx for ONTAP location cannot use SMB1. Use AUTOMATIC, SMB2, SMB2_0 or SMB3.');
  }
  const password = { member: 'Protocol.SMB.Password', value: input.Password, keptAs: 'Password' };
  const secret = settleSecret(password, input, { settings: was, secrets }, about);
  const smb: SmbSettings = {
    ...withoutSecretConfigs(was),
    ...only(input, 'User', 'Domain'),
    MountOptions,
    ...secret.configs,
  };
  return { smb, secrets: secret.secrets };
}

/** `…:storage-virtual-machine/fs-0a/svm-0b` lives on `…:file-system/fs-0a`. */
function filesystemOf(machineArn: string): string {
  return machineArn.replace(/:storage-virtual-machine\/(fs-[0-9a-f]+)\/.*$/, ':file-system/$1');
}

/** @source guess: the URI of an SVM is `<region>.<file-system id>.<svm id>`; AWS shows only the scheme */
function uri({
  StorageVirtualMachineArn,
  FsxFilesystemArn,
  Protocol,
  Subdirectory,
}: FsxOntapSettings): string {
  const scheme = 'NFS' in Protocol ? 'fsxn-nfs' : 'fsxn-smb';
  const { region } = scopeOf(FsxFilesystemArn);
  const machine = `${region}.${idOf(FsxFilesystemArn)}.${idOf(StorageVirtualMachineArn)}`;
  return `${scheme}://${machine}${asSent(Subdirectory)}`;
}

function describedProtocol({ Protocol }: FsxOntapSettings) {
  if ('NFS' in Protocol) return { NFS: Protocol.NFS };
  const { User, Domain, MountOptions } = Protocol.SMB;
  return { SMB: { User, ...(Domain ? { Domain } : {}), MountOptions, ...secretConfigs(Protocol.SMB) } };
}

/** @source AWS API Reference, FsxProtocolNfs: version 3 is all that DataSync uses, also where AUTOMATIC is shown */
function mount({ settings, secrets }: Draft<FsxOntapSettings>): Mount {
  const { Protocol } = settings;
  return 'NFS' in Protocol ? nfsMount('NFS3') : smbMount(Protocol.SMB, secrets);
}

/** An FSx for NetApp ONTAP file system. */
export const fsxOntap = locationKind<'FsxOntap', FsxOntapSettings>({
  type: 'FsxOntap',
  listType: ({ Protocol }) => ('NFS' in Protocol ? 'FSX_ONTAP_NFS' : 'FSX_ONTAP_SMB'),
  create,
  update,
  uri,
  describe: ({ settings }) => ({
    Protocol: describedProtocol(settings),
    SecurityGroupArns: settings.SecurityGroupArns,
    StorageVirtualMachineArn: settings.StorageVirtualMachineArn,
    FsxFilesystemArn: settings.FsxFilesystemArn,
  }),
  target: ({ settings }, around) =>
    memoryPlace(idOf(settings.FsxFilesystemArn), settings.Subdirectory, around),
  mount,
});

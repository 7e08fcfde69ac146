/** How the control plane behaves; decided once at the start, from flags, environment and file. */
export interface Settings {
  /** Where the emulator's own S3 endpoint answers, known once it listens. */
  readonly ownS3Endpoint: () => string;
  /** Buckets live here instead of in the embedded S3. */
  readonly s3:
    | {
        readonly endpoint: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly region?: string;
      }
    | undefined;
  /** What the embedded S3 takes from the emulator itself; undefined where it takes anything. */
  readonly ownS3Credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly bindings: readonly Binding[];
  /** How long a phase lasts at least; `immediate` adds nothing, `manual` waits until it is told. */
  readonly pacing: Pacing;
  /** Directory for what must last (control plane, ledgers); undefined: nothing lasts. */
  readonly dataDir: string | undefined;
  /** Tasks per account and Region. @source AWS user guide, "Quotas": 100 */
  readonly maxTasks: number;
  /** Queued executions per task. @source AWS user guide, "Quotas": 50 */
  readonly maxQueued: number;
  /** An activation key activates one agent only. Default: any well-formed key, any number of times. */
  readonly oneUseActivationKeys?: boolean;
}

/** `prefix` is the beginning of a location URI, such as `nfs://nas.example/export`. */
export interface Binding {
  readonly prefix: string;
  /** `memory:NAME`, `directory:PATH`, `s3+http://host:port[/bucket]`, `nfs://…`, `smb://…`. */
  readonly target: string;
}

export type Pacing =
  | { readonly kind: 'immediate' }
  /** Each state before the end lasts this long at least, in ms of the emulator's clock. */
  | { readonly kind: 'scaled'; readonly stateMs: number }
  /** Each step waits for `ExecutionRunner.step`. */
  | { readonly kind: 'manual' };

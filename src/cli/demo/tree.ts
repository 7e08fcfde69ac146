import type { Random } from '../../base/random.ts';

/** As much of a file system as the demo needs; memfs's volumes have it. */
export interface DemoVolume {
  mkdirSync(path: string, options: { recursive: true }): unknown;
  writeFileSync(path: string, data: string | Uint8Array): void;
  appendFileSync(path: string, data: string | Uint8Array): void;
  symlinkSync(target: string, path: string): void;
  truncateSync(path: string, length: number): void;
  readFileSync(path: string): unknown;
}

/** What was made, for checking what arrives. */
export interface DemoTree {
  /** Files and links that the task's filter lets through. */
  readonly files: number;
  /** Folders that it lets through, the root included. */
  readonly folders: number;
  /** Files that it keeps out. */
  readonly excluded: number;
  readonly bytes: number;
  /** Below the export, with "/" in front: worth a look of their own. */
  readonly odd: readonly string[];
  readonly sparse: string;
  readonly large: string;
}

/** The filter of the demo's task: scratch files anywhere, and the cache at the top. */
export const EXCLUDES = '*.tmp|/cache';

const PROJECTS = 14;
const SCENES = 6;
const FRAMES = 24;
const LARGE_BYTES = 40 * 1024 * 1024;
const SPARSE_BYTES = 12 * 1024 * 1024;

/** What a file server cannot hold is left out. */
export interface DemoLimits {
  readonly symlinks: boolean;
  /** Names with `"` and their like. */
  readonly anyNames: boolean;
}

const ODD_NAMES = [
  'two  spaces.txt',
  '100 % + more & co.txt',
  'Übergröße-ñandú.txt',
  'decomposed-u\u0308.txt',
  '日本語のファイル.txt',
  '🎬 take one.txt',
  'it\'s "quoted".txt',
  'semi;colon,comma.txt',
  '.hidden',
  `${'long-'.repeat(48)}name.txt`,
];

/** Fills `volume` below `root` with what a small studio might have on its file server. */
export function growTree(
  volume: DemoVolume,
  root: string,
  random: Random,
  { symlinks, anyNames }: DemoLimits = { symlinks: true, anyNames: true },
): DemoTree {
  const grower = new Grower(volume, root, random);
  grower.folder('');
  for (let project = 1; project <= PROJECTS; project++) {
    const name = `/projects/${String(project).padStart(3, '0')}`;
    if (project === 1) grower.folder('/projects');
    growProject(grower, name);
  }
  grower.folder('/odd names');
  const odd = ODD_NAMES.filter((name) => anyNames || !name.includes('"')).map((name) =>
    grower.file(`/odd names/${name}`, 400),
  );
  grower.folder('/logs');
  grower.file('/logs/render.log', 2000);
  grower.file('/logs/access.log', 2000);
  grower.folder('/cache', true);
  for (let index = 0; index < 60; index++) grower.file(`/cache/thumb-${index}.bin`, 900, true);
  grower.folder('/media');
  const large = grower.file('/media/master.mov', LARGE_BYTES);
  const sparse = grower.sparse('/media/disk.img', SPARSE_BYTES);
  if (symlinks) grower.link('/latest', 'projects/012');
  return { ...grower.counts, odd, sparse, large };
}

function growProject(grower: Grower, name: string): void {
  grower.folder(name);
  grower.file(`${name}/brief.md`, 1500);
  grower.file(`${name}/draft.tmp`, 700, true);
  for (let scene = 1; scene <= SCENES; scene++) {
    const folder = `${name}/scene-${scene}`;
    grower.folder(folder);
    for (let frame = 1; frame <= FRAMES; frame++) {
      grower.file(`${folder}/frame-${String(frame).padStart(4, '0')}.dat`, 2000 + frame * 100);
    }
    grower.folder(`${folder}/empty`);
  }
}

class Grower {
  readonly #volume: DemoVolume;
  readonly #root: string;
  readonly #random: Random;
  #counts = { files: 0, folders: 0, excluded: 0, bytes: 0 };

  constructor(volume: DemoVolume, root: string, random: Random) {
    this.#volume = volume;
    this.#root = root;
    this.#random = random;
  }

  get counts() {
    return this.#counts;
  }

  folder(path: string, excluded = false): void {
    this.#volume.mkdirSync(`${this.#root}${path}`, { recursive: true });
    if (!excluded) this.#counts.folders += 1;
  }

  file(path: string, bytes: number, excluded = false): string {
    this.#volume.writeFileSync(`${this.#root}${path}`, content(bytes, this.#random));
    this.#count(bytes, excluded);
    return path;
  }

  /** A beginning, an end, and nothing between. */
  sparse(path: string, bytes: number): string {
    const absolute = `${this.#root}${path}`;
    this.#volume.writeFileSync(absolute, content(4096, this.#random));
    this.#volume.truncateSync(absolute, bytes - 4096);
    this.#volume.appendFileSync(absolute, content(4096, this.#random));
    this.#count(bytes, false);
    return path;
  }

  link(path: string, target: string): void {
    this.#volume.symlinkSync(target, `${this.#root}${path}`);
    this.#count(0, false);
  }

  #count(bytes: number, excluded: boolean): void {
    if (excluded) {
      this.#counts.excluded += 1;
      return;
    }
    this.#counts.files += 1;
    this.#counts.bytes += bytes;
  }
}

/** `bytes` bytes that differ from file to file: 4 KiB of chance, as often as it takes. */
function content(bytes: number, random: Random): Uint8Array {
  const piece = Buffer.from(random.hex(Math.min(bytes, 4096) * 2), 'hex');
  return Buffer.alloc(bytes, piece);
}

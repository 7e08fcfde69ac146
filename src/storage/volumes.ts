import { Volume } from 'memfs';

/** The in-memory volumes of one emulator, by name. A volume exists as soon as somebody names it. */
export interface Volumes {
  get(name: string): Volume;
  names(): readonly string[];
  /** Forgets all. */
  clear(): void;
}

export function createVolumes(): Volumes {
  const volumes = new Map<string, Volume>();
  return {
    get(name) {
      const known = volumes.get(name);
      if (known) return known;
      const made = new Volume();
      volumes.set(name, made);
      return made;
    },
    names: () => [...volumes.keys()],
    clear: () => volumes.clear(),
  };
}

export type { Clock } from './base/clock.ts';
export type { Log, LogDetails } from './base/log.ts';
export { type Random, seededRandom } from './base/random.ts';
export { systemClock } from './base/system-clock.ts';
export { VirtualClock } from './base/virtual-clock.ts';
export { type ConfigDocument, ConfigError } from './harness/config-document.ts';
export type { EmulatorClock, TimeWish } from './harness/emulator-clock.ts';
export { type Emulator, type EmulatorParts, startEmulator } from './harness/start.ts';

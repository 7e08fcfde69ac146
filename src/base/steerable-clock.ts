import type { Clock } from './clock.ts';
import { Sleepers } from './sleepers.ts';

export type ClockMode = 'real' | 'held';

/** How a clock goes. */
export interface ClockState {
  /** `held`: it stands still until it is advanced. */
  readonly mode: ClockMode;
  /** How many of its seconds pass in a real one, when it is not held. */
  readonly scale: number;
  /** ms since the epoch. */
  readonly now: number;
  /** How many wait for a later instant. */
  readonly waiting: number;
}

/** Time that a user steers: real, faster or slower, or held and moved by hand. */
export class SteerableClock implements Clock {
  readonly #real: Clock;
  readonly #sleepers = new Sleepers();
  #mode: ClockMode;
  #scale: number;
  /** The instant `#own` of this clock was the instant `#anchor` of real time. */
  #anchor: number;
  #own: number;
  #alarm: AbortController | undefined;
  #lastAdvance: Promise<void> = Promise.resolve();
  #advancing = false;

  /** @param start `now`: ms since the epoch, default real time; `scale`: more than 0 */
  constructor(
    real: Clock,
    start: { readonly mode?: ClockMode; readonly scale?: number; readonly now?: number } = {},
  ) {
    this.#real = real;
    this.#mode = start.mode ?? 'real';
    this.#scale = start.scale ?? 1;
    this.#anchor = real.now();
    this.#own = start.now ?? this.#anchor;
  }

  now(): number {
    if (!this.#runs) return this.#own;
    return this.#own + (this.#real.now() - this.#anchor) * this.#scale;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (ms <= 0) return;
    const sleeping = this.#sleepers.add(this.now() + ms, signal);
    this.#setAlarm();
    await sleeping;
  }

  get state(): ClockState {
    return { mode: this.#mode, scale: this.#scale, now: this.now(), waiting: this.#sleepers.count };
  }

  /** Changes how it goes from now on. */
  steer({
    mode = this.#mode,
    scale = this.#scale,
  }: {
    readonly mode?: ClockMode;
    readonly scale?: number;
  }): void {
    this.#anchorAt(this.now());
    this.#mode = mode;
    this.#scale = scale;
    this.#setAlarm();
  }

  /** Sets it back, or forward without waking anybody: all wait as long as they would have. */
  shiftTo(now: number): void {
    this.#sleepers.shift(now - this.now());
    this.#anchorAt(now);
    this.#setAlarm();
  }

  /**
   * Moves it forward by `ms`, waking sleepers in the order of their instants. It stands still meanwhile. One call
   * after the other.
   * @param settle resolves when what the last one has started has come to its end or waits for this clock again
   */
  advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const advanced = this.#lastAdvance.then(() => this.#advance(ms, settle));
    this.#lastAdvance = advanced.catch(() => undefined);
    return advanced;
  }

  /** Wakes nobody any more. */
  stop(): void {
    this.#alarm?.abort();
    this.#mode = 'held';
  }

  get #runs(): boolean {
    return this.#mode === 'real' && !this.#advancing;
  }

  async #advance(ms: number, settle: () => Promise<void>): Promise<void> {
    this.#anchorAt(this.now());
    this.#advancing = true;
    try {
      const until = this.#own + ms;
      await settle();
      for (let at = this.#sleepers.nextAt; at !== undefined && at <= until; at = this.#sleepers.nextAt) {
        this.#own = Math.max(this.#own, at);
        this.#sleepers.wakeFirst();
        await settle();
      }
      this.#own = until;
    } finally {
      this.#advancing = false;
      this.#anchorAt(this.#own);
      this.#setAlarm();
    }
  }

  #anchorAt(own: number): void {
    this.#own = own;
    this.#anchor = this.#real.now();
  }

  /** Lets real time wake the one who is next. */
  #setAlarm(): void {
    this.#alarm?.abort();
    const next = this.#sleepers.nextAt;
    if (next === undefined || !this.#runs) return;
    const alarm = new AbortController();
    this.#alarm = alarm;
    this.#real.sleep(Math.max(0, (next - this.now()) / this.#scale), alarm.signal).then(
      () => this.#ring(),
      () => undefined,
    );
  }

  #ring(): void {
    if (!this.#runs) return;
    const now = this.now();
    for (let at = this.#sleepers.nextAt; at !== undefined && at <= now; at = this.#sleepers.nextAt) {
      this.#sleepers.wakeFirst();
    }
    this.#setAlarm();
  }
}

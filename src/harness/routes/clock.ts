import { Ajv } from 'ajv';
import type { Response } from 'express';
import { json } from 'express';
import type { StateChange } from '../../emulator/control-plane.ts';
import { moveClock, type TimeWish } from '../move-clock.ts';
import type { Inside, OwnRoute } from './own-route.ts';

/** Members of a request's body; any of them, in this order: mode, scale, then the move. */
const SCHEMA = {
  type: 'object',
  properties: {
    mode: { enum: ['real', 'held'] },
    scale: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 },
    setTo: { type: 'string', minLength: 1 },
    advanceSeconds: { type: 'number', minimum: 0, maximum: 3_200_000_000 },
  },
  additionalProperties: false,
  minProperties: 1,
} as const;

interface Body {
  readonly mode?: 'real' | 'held';
  readonly scale?: number;
  readonly setTo?: string;
  readonly advanceSeconds?: number;
}

/** The emulator's clock: looked at, held, let go, sped up, set, advanced. */
export const clockRoutes: OwnRoute = {
  forms: ['clock (GET, POST)'],
  add(routes, inside) {
    const isBody = new Ajv().compile<Body>(SCHEMA);
    routes.get('/clock', async (_request, response) => {
      response.json(shown(await inside(), undefined));
    });
    routes.post('/clock', json({ type: () => true }), async (request, response) => {
      const body: unknown = request.body;
      if (!isBody(body)) return refuse(response, problemOf(isBody.errors?.[0]));
      await steer(await inside(), body, response);
    });
  },
};

async function steer(inside: Inside, body: Body, response: Response): Promise<void> {
  const wish = wishOf(body);
  if (typeof wish === 'string') return refuse(response, wish);
  const { clock } = inside;
  if (!clock) {
    const message = 'This emulator was given a clock of its own (parts.clock); move that one.';
    return void response.status(409).json({ message });
  }
  const caused = await moveClock({ ...inside, clock }, wish);
  response.json(shown(inside, caused));
}

function wishOf({ mode, scale, setTo, advanceSeconds }: Body): TimeWish | string {
  if (setTo !== undefined && advanceSeconds !== undefined)
    return 'setTo and advanceSeconds do not go together.';
  const steer = { ...(mode && { mode }), ...(scale !== undefined && { scale }) };
  if (advanceSeconds !== undefined) return { ...steer, advanceMs: advanceSeconds * 1000 };
  if (setTo === undefined) return steer;
  const setToMs = Date.parse(setTo);
  if (Number.isNaN(setToMs))
    return `setTo is no instant: ${JSON.stringify(setTo)}. Write it as 2026-01-01T00:00:00Z.`;
  return { ...steer, setToMs };
}

function shown({ clock, plane }: Inside, caused: readonly StateChange[] | undefined): unknown {
  const state = clock?.state ?? { mode: 'own', scale: null, now: plane.clock.now(), waiting: null };
  return {
    mode: state.mode,
    scale: state.scale,
    now: new Date(state.now).toISOString(),
    waiting: state.waiting,
    ...(caused && {
      caused: caused.map((change) => ({ ...change, at: new Date(change.at).toISOString() })),
    }),
  };
}

function problemOf(
  error: { instancePath: string; message?: string; keyword: string; params: object } | undefined,
): string {
  const how =
    'Send any of {"mode":"real"|"held"}, {"scale":n}, {"setTo":"2026-01-01T00:00:00Z"}, {"advanceSeconds":n}.';
  if (error?.keyword === 'additionalProperties' && 'additionalProperty' in error.params)
    return `There is no member ${String(error.params.additionalProperty)}. ${how}`;
  const member = error?.instancePath.slice(1) ?? '';
  return `${member === '' ? 'The body' : member} ${error?.message ?? 'is not what is wanted'}. ${how}`;
}

function refuse(response: Response, message: string): void {
  response.status(400).json({ message });
}

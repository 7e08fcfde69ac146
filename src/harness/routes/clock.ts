import { Ajv } from 'ajv';
import { json } from 'express';
import type { StateChange } from '../../emulator/control-plane.ts';
import type { TimeWish } from '../emulator-clock.ts';
import { problemOfBody } from './body-problem.ts';
import type { Inside, OwnRoute } from './own-route.ts';

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

/** The emulator's clock: looked at, held, let go, sped up, set, advanced. */
export const clockRoutes: OwnRoute = {
  forms: ['clock (GET, POST)'],
  add(routes, inside) {
    const isWish = new Ajv().compile<TimeWish>(SCHEMA);
    routes.get('/clock', async (_request, response) => {
      response.json(shown(await inside()));
    });
    routes.post('/clock', json({ type: () => true }), async (request, response) => {
      const wish: unknown = request.body;
      if (!isWish(wish))
        return void response.status(400).json({ message: `${problemOfBody(isWish.errors?.[0])} ${HOW}` });
      const all = await inside();
      if (!all.clock) return void response.status(409).json({ message: NOT_OURS });
      try {
        response.json(shown(all, await all.clock.steer(wish)));
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        response.status(400).json({ message: `${error.message} ${HOW}` });
      }
    });
  },
};

const NOT_OURS = 'This emulator was given a clock of its own (parts.clock); move that one.';

const HOW =
  'Send any of {"mode":"real"|"held"}, {"scale":n}, {"setTo":"2026-01-01T00:00:00Z"}, {"advanceSeconds":n}.';

function shown({ clock, plane }: Inside, caused?: readonly StateChange[]): unknown {
  const { mode, scale, now, waiting } = clock?.state ?? { mode: 'own', now: plane.clock.now() };
  return {
    mode,
    scale,
    now: new Date(now).toISOString(),
    waiting,
    caused: caused?.map((change) => ({ ...change, at: new Date(change.at).toISOString() })),
  };
}

import { Ajv } from 'ajv';
import { json } from 'express';
import type { Whose } from '../../emulator/reset.ts';
import { problemOfBody } from './body-problem.ts';
import type { OwnRoute } from './own-route.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    account: { type: 'string', pattern: '^[0-9]{12}$' },
    region: { type: 'string', minLength: 1 },
  },
  additionalProperties: false,
} as const;

const HOW =
  'Send nothing to reset everything, or {"account":"111122223333"}, {"region":"us-east-1"} or both.';

/** A clean start. */
export const resetRoute: OwnRoute = {
  forms: ['reset (POST)'],
  add(routes, inside) {
    const isWhose = new Ajv().compile<Whose>(SCHEMA);
    routes.post('/reset', json({ type: () => true }), async (request, response) => {
      const whose: unknown = request.body ?? {};
      if (isWhose(whose)) response.json({ removed: await (await inside()).reset(whose) });
      else response.status(400).json({ message: `${problemOfBody(isWhose.errors?.[0])} ${HOW}` });
    });
  },
};

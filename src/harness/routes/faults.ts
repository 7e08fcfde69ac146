import { json } from 'express';
import type { Hit } from '../../faults/active-rule.ts';
import type { Faults } from '../../faults/faults.ts';
import { FaultRuleError } from '../../faults/members.ts';
import type { FaultRule } from '../../faults/rule.ts';
import type { OwnRoute } from './own-route.ts';

const BODY = json({ type: () => true, strict: false, limit: '1mb' });

/** Trouble that is made on purpose. */
export const faultRoutes: OwnRoute = {
  forms: ['faults (GET, POST)'],
  add(routes, inside) {
    routes.get('/faults', async (_request, response) => {
      const { faults } = await inside();
      response.json({ seed: faults.seed, rules: faults.list() });
    });
    routes.get('/faults/:id/hits', async (request, response) => {
      const { faults } = await inside();
      const { id } = request.params;
      if (!faults.has(id)) return void response.status(404).json(noRule(id));
      response.json({ rule: id, hits: shownHits(faults, id) });
    });
    routes.post('/faults', BODY, async (request, response) => {
      const { faults } = await inside();
      try {
        const rules = faults.add(...([request.body].flat() as FaultRule[]));
        response.status(201).json({ rules });
      } catch (error) {
        if (!(error instanceof FaultRuleError)) throw error;
        response.status(400).json({ message: error.message });
      }
    });
  },
};

const noRule = (id: string) => ({
  message: `There is no rule ${id}. GET /_datasync/faults tells which there are.`,
});

function shownHits(faults: Faults, id: string): unknown[] {
  return faults.hits(id).map((hit: Hit) => ({ ...hit, at: new Date(hit.at).toISOString() }));
}

import { json, type RequestHandler } from 'express';
import { isChaosBody } from '../../faults/chaos-rules.ts';
import type { Faults, ToldRule } from '../../faults/faults.ts';
import { FaultRuleError } from '../../faults/members.ts';
import type { FaultRule } from '../../faults/rule.ts';
import { checkedScenario, SCENARIOS } from '../../faults/scenarios.ts';
import type { Inside, OwnRoute } from './own-route.ts';

const BODY = json({ type: () => true, strict: false, limit: '1mb' });

/** Trouble that is made on purpose. */
export const faultRoutes: OwnRoute = {
  forms: [
    'faults (GET, POST, PATCH, DELETE)',
    'faults/ID (GET, PATCH, DELETE)',
    'faults/ID/hits',
    'faults/scenarios',
  ],
  add(routes, inside) {
    const on = (act: Act) => handler(inside, act);
    routes.get(
      '/faults',
      on((faults) => ({ json: all(faults) })),
    );
    routes.get(
      '/faults/scenarios',
      on(() => ({ json: { scenarios: SCENARIOS } })),
    );
    routes.get(
      '/faults/:id',
      on((faults, { id }) => ({ json: faults.get(id) })),
    );
    routes.get(
      '/faults/:id/hits',
      on((faults, { id }) => ({ json: hitsOf(faults, id) })),
    );
    routes.post(
      '/faults',
      BODY,
      on((faults, { body }) => ({ status: 201, json: added(faults, body) })),
    );
    routes.patch(
      '/faults',
      BODY,
      on((faults, { body }) => ({ json: changed(faults, body) })),
    );
    routes.patch(
      '/faults/:id',
      BODY,
      on((faults, { id, body }) => ({ json: faults.change(id, bag(body)) })),
    );
    routes.delete(
      '/faults',
      BODY,
      on((faults, { body }) => ({ json: removed(faults, body) })),
    );
    routes.delete(
      '/faults/:id',
      on((faults, { id }) => ({ json: faults.remove(id) ? { removed: 1 } : undefined })),
    );
  },
};

interface Asked {
  readonly id: string;
  readonly body: unknown;
}

type Act = (faults: Faults, asked: Asked) => { readonly status?: number; readonly json: unknown };

/** No JSON: there is no rule of that id. */
function handler(inside: () => Promise<Inside>, act: Act): RequestHandler {
  return async (request, response) => {
    const { faults } = await inside();
    const id = [request.params['id'] ?? ''].flat().join('/');
    try {
      const { status = 200, json: answer } = act(faults, { id, body: request.body });
      if (answer === undefined) response.status(404).json(noRule(id));
      else response.status(status).json(answer);
    } catch (error) {
      if (!(error instanceof FaultRuleError)) throw error;
      response.status(400).json({ message: error.message });
    }
  };
}

const noRule = (id: string) => ({
  message: `There is no rule ${id}. GET /_datasync/faults tells which there are.`,
});

function all(faults: Faults) {
  return { seed: faults.seed, rules: faults.list(), chaos: faults.chaos.list() };
}

function hitsOf(faults: Faults, id: string) {
  if (!faults.has(id)) return undefined;
  return { rule: id, hits: faults.hits(id).map((hit) => ({ ...hit, at: new Date(hit.at).toISOString() })) };
}

/** A rule, several, a scenario, or a body of LocalStack's. */
function added(faults: Faults, body: unknown): { readonly rules: ToldRule[] } {
  if (isChaosBody(body)) {
    faults.chaos.replace(body);
    return all(faults);
  }
  if (typeof body === 'object' && body !== null && 'scenario' in body) {
    const { scenario, ...narrowed } = checkedScenario(body);
    return { rules: faults.addScenario(scenario, narrowed) };
  }
  return { rules: faults.add(...([body].flat() as FaultRule[])) };
}

/** LocalStack's PATCH adds; ours changes the rule that the body names. */
function changed(faults: Faults, body: unknown) {
  if (isChaosBody(body)) {
    faults.chaos.add(body);
    return all(faults);
  }
  const { id } = bag(body);
  if (id === undefined)
    throw new FaultRuleError('rule.id is missing. Give the id of the rule to change, or PATCH faults/ID.');
  return faults.change(id, bag(body));
}

/** Without a body all; else those whose ids it has, or LocalStack's. */
function removed(faults: Faults, body: unknown) {
  if (body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0)) {
    faults.chaos.clear();
    return { removed: faults.removeAll() };
  }
  if (Array.isArray(body) && body.every((one) => typeof one === 'string')) {
    return { removed: faults.removeAll(({ id }) => body.includes(id)) };
  }
  if (!isChaosBody(body))
    throw new FaultRuleError(
      `The body must be a list of ids, or of LocalStack's rules; without one all rules are removed.`,
    );
  faults.chaos.remove(body);
  return all(faults);
}

function bag(body: unknown): Partial<FaultRule> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new FaultRuleError('rule cannot be changed by that. Give an object with the members to replace.');
}

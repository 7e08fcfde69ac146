// The rooms of the house, lowest first. A room imports only rooms to its left (docs/decisions/0001-rooms.md).
const ROOMS = [
  'base',
  'model',
  'storage',
  's3',
  'transfer',
  'report',
  'observe',
  'faults',
  'agent',
  'emulator',
  'api',
  'console',
  'harness',
  'cli',
];

const looksUp = ROOMS.slice(0, -1).map((room, index) => ({
  name: `${room}-looks-up`,
  comment: `src/${room} imports only rooms below it.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${ROOMS.slice(index + 1).join('|')})/|^src/index` },
}));

export default {
  forbidden: [
    ...looksUp,
    {
      name: 'wire-words-stay-up',
      comment: 'Below the control plane there are bytes, paths and our own words.',
      severity: 'error',
      from: { path: '^src/(storage|s3|transfer|report)/' },
      to: { path: '^src/model/|client-datasync' },
    },
    {
      name: 'drivers-are-private',
      comment: 'Outside storage only the contract, the wrappers and the table of drivers may be imported.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/storage/' },
      to: {
        path: '^src/storage/',
        pathNot: '^src/storage/(backend|wrap|index|volumes|throttle|retry|storage-error)\\.ts$',
      },
    },
    {
      name: 'express-only-in-faces',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(api|s3|console|harness)/' },
      to: { path: 'node_modules/express' },
    },
    {
      name: 'conformance-is-a-client',
      severity: 'error',
      from: { path: '^conformance/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'src-not-to-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|conformance|bench|examples)/' },
    },
    {
      name: 'no-undeclared',
      severity: 'error',
      from: {},
      // What has an entry in peerDependenciesMeta counts as undeclared too, although it is declared.
      to: { dependencyTypes: ['npm-no-pkg', 'unknown', 'undetermined'], dependencyTypesNot: ['npm-peer'] },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: '\\.d\\.ts$|(^|/)[.]|test/fixtures' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};

// The import rules of ARCHITECTURE.md, checked on every run.
// handler, local → cli → wiring → http → core ← adapters

/** The rooms of the core, each with the other rooms it may import. All may import domain, repositories and core's own files. */
const ROOMS = {
  imports: [],
  settings: [],
  templates: [],
  invoices: [],
  customers: ['imports', 'templates'],
  deliveries: ['imports', 'templates'],
  mailing: ['settings', 'templates'],
  billing: ['deliveries', 'imports', 'mailing', 'templates'],
  runs: ['billing', 'deliveries', 'imports', 'mailing'],
};
/** What lies in core beside the rooms. */
const SHARED = ['domain', 'repositories'];
const OWN_FILES = ['archive-limits', 'deps', 'errors', 'lease', 'paging', 'ports', 'retry', 'table-limits'];

/** The rooms of test/support, each with the other rooms it may import. */
const SUPPORT_ROOMS = {
  process: [],
  documents: [],
  simulation: ['process'],
  data: ['simulation'],
  mail: ['data', 'process', 'simulation'],
  api: ['data', 'simulation'],
  aws: ['process', 'simulation'],
};

const supportRules = Object.entries(SUPPORT_ROOMS).map(([room, others]) => ({
  name: `test-support-${room}-knows-its-neighbours`,
  comment: 'a room of test/support imports no other rooms but those that SUPPORT_ROOMS names for it',
  severity: 'error',
  from: { path: `^test/support/${room}/` },
  to: { path: '^test/support/', pathNot: `^test/support/(${[room, ...others].join('|')})/` },
}));

const roomRules = Object.entries(ROOMS).map(([room, others]) => ({
  name: `core-${room}-knows-its-neighbours`,
  comment: 'a room of the core imports no other rooms but those that ROOMS names for it',
  severity: 'error',
  from: { path: `^lambdas/core/${room}/` },
  to: {
    path: '^lambdas/core/[^/]+/',
    pathNot: `^lambdas/core/(${[room, ...SHARED, ...others].join('|')})/`,
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    ...supportRules,
    {
      name: 'core-files-lie-in-a-room',
      comment:
        'a file of the core lies in a room, in domain or repositories, or is one of the few named here',
      severity: 'error',
      from: {},
      to: {
        path: '^lambdas/core/',
        pathNot: [
          `^lambdas/core/(${[...SHARED, ...Object.keys(ROOMS)].join('|')})/`,
          `^lambdas/core/(${OWN_FILES.join('|')})\\.ts$`,
        ],
      },
    },
    {
      name: 'core-shares-know-no-room',
      comment: 'repositories and the files beside the rooms are used by the rooms and use none of them',
      severity: 'error',
      from: { path: '^lambdas/core/(repositories/|[^/]+\\.ts$)' },
      to: { path: '^lambdas/core/[^/]+/', pathNot: `^lambdas/core/(${SHARED.join('|')})/` },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'core-is-pure',
      comment: 'core knows no AWS, no Node, no adapter, no transport',
      severity: 'error',
      from: { path: '^lambdas/core/' },
      to: { pathNot: ['^lambdas/core/', '^node_modules/zod/', '^node_modules/ibantools/'] },
    },
    {
      name: 'domain-imports-only-domain',
      severity: 'error',
      from: { path: '^lambdas/core/domain/' },
      to: { path: '^lambdas/', pathNot: ['^lambdas/core/domain/', '^lambdas/core/errors.ts$'] },
    },
    {
      name: 'adapters-know-only-core',
      severity: 'error',
      from: { path: '^lambdas/adapters/' },
      to: { path: '^lambdas/', pathNot: '^lambdas/(core|adapters)/' },
    },
    {
      name: 'adapters-do-not-mix',
      comment: 'an adapter imports no other technology, but the helpers in mime and pdf',
      severity: 'error',
      from: { path: '^lambdas/adapters/([^/]+)/' },
      to: { path: '^lambdas/adapters/', pathNot: ['^lambdas/adapters/$1/', '^lambdas/adapters/(mime|pdf)/'] },
    },
    {
      name: 'http-knows-only-core',
      severity: 'error',
      from: { path: '^lambdas/http/' },
      to: { path: '^lambdas/', pathNot: '^lambdas/(core|http)/' },
    },
    {
      name: 'wiring-knows-no-program',
      comment: 'wiring builds what the command line and the server work with, and knows neither',
      severity: 'error',
      from: { path: '^lambdas/wiring/' },
      to: { path: '^lambdas/', pathNot: '^lambdas/(core|adapters|http|wiring)/' },
    },
    {
      name: 'cli-knows-no-machine',
      comment: 'the command line works for this machine and for a stage, so it knows nothing of local/',
      severity: 'error',
      from: { path: '^lambdas/cli/' },
      to: { path: '^lambdas/', pathNot: '^lambdas/(core|http|wiring|cli)/' },
    },
    {
      name: 'handlebars-rooms',
      comment: 'documents and checks use the engine, checks use documents, and the engine uses neither',
      severity: 'error',
      from: { path: '^lambdas/adapters/handlebars/(engine|documents)/' },
      to: {
        path: '^lambdas/adapters/handlebars/',
        pathNot: ['^lambdas/adapters/handlebars/engine/', '^lambdas/adapters/handlebars/$1/'],
      },
    },
    {
      name: 'only-wiring-chooses-adapters',
      severity: 'error',
      from: { path: '^lambdas/(?!wiring/|adapters/)' },
      to: { path: '^lambdas/adapters/' },
    },
    {
      name: 'infra-knows-only-domain-and-settings',
      comment:
        'what AWS is asked for is made of words of the domain; the environment of a function is only typed',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^lambdas/', pathNot: ['^lambdas/core/domain/', '^lambdas/wiring/config.ts$'] },
    },
    {
      name: 'infra-types-its-environment',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^lambdas/wiring/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lambdas-do-not-know-infra',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: { path: '^infra/' },
    },
    {
      name: 'no-dev-deps-in-product',
      comment:
        'the program runs after `npm ci --omit=dev`: what lambdas/ imports is in "dependencies" of package.json, but for types',
      severity: 'error',
      from: { path: '^lambdas/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      from: { path: '^(lambdas|infra)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};

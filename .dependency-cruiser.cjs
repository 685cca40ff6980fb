// The import rules of ARCHITECTURE.md, checked on every run.
// handler, local → wiring, http → core ← adapters
module.exports = {
  forbidden: [
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

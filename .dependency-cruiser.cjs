// Which room may look into which (docs/architecture.md). Arrows point down only.
const domains = 'kv|session|catalog|txn|query|event|coordinate|operator|intention|config-entry|connect|peering|stream';
const engines = 'filter|raft|gossip|store|rpc|schema|wire|http|dns|grpc|health|config|fsm';
module.exports = {
  forbidden: [
    {name: 'no-cycles', severity: 'error', from: {}, to: {circular: true}},
    {name: 'runtime-is-the-ground', severity: 'error', from: {path: '^src/runtime/'}, to: {path: '^src/(?!runtime/)'}},
    {name: 'wire-knows-only-runtime', severity: 'error', from: {path: '^src/wire/'}, to: {path: '^src/(?!wire/|runtime/)'}},
    {name: 'schema-knows-only-wire', severity: 'error', from: {path: '^src/schema/'}, to: {path: '^src/(?!schema/|wire/|runtime/|consul-error)'}},
    {name: 'store-knows-no-domain', severity: 'error', from: {path: '^src/store/'}, to: {path: '^src/(?!store/|schema/|wire/|runtime/|consul-error)'}},
    {name: 'engines-know-no-domain', severity: 'error', from: {path: `^src/(${engines})/`}, to: {path: `^src/(${domains}|agent|server|cli)/`}},
    {name: 'domains-know-no-agent', severity: 'error', from: {path: `^src/(${domains})/`}, to: {path: '^src/(agent|server|cli|raft|gossip|config)/'}},
    {name: 'only-routes-know-http', severity: 'error', from: {path: `^src/(${domains})/`, pathNot: '(routes|answers)\\.ts$|/http-[a-z-]+\\.ts$'}, to: {path: '^src/http/'}},
    {name: 'only-lookups-know-dns', severity: 'error', from: {path: `^src/(${domains})/`, pathNot: 'lookups\\.ts$'}, to: {path: '^src/dns/'}},
    {name: 'kv-is-the-lowest-domain', severity: 'error', from: {path: '^src/kv/'}, to: {path: '^src/(session|catalog|txn|query)/'}},
    {name: 'session-below-catalog', severity: 'error', from: {path: '^src/session/'}, to: {path: '^src/(catalog|txn|query)/'}},
    {name: 'catalog-below-txn', severity: 'error', from: {path: '^src/catalog/'}, to: {path: '^src/(txn|query)/'}},
    {name: 'server-knows-no-agent', severity: 'error', from: {path: '^src/server/'}, to: {path: '^src/(agent|cli|http|dns)/'}},
    {name: 'nobody-knows-the-cli', severity: 'error', from: {path: '^src/(?!cli/|main\\.ts)'}, to: {path: '^src/cli/'}},
    {name: 'cores-do-no-io', severity: 'error', from: {path: '^src/(raft/core|gossip/swim|gossip/serf)/'}, to: {dependencyTypes: ['core'], pathNot: '^(node:)?(assert|buffer|v8)$' /* v8: a flag of the RegExp engine, against hostile query filters */}},
    {name: 'no-test-code', severity: 'error', from: {path: '^src/'}, to: {path: '^test/'}},
    {name: 'no-dev-dependency', severity: 'error', from: {path: '^src/'}, to: {dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown']}},
  ],
  options: {
    doNotFollow: {path: 'node_modules'},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js', '.mjs']},
  },
};

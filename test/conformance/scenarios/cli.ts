import {cli, put, until, type Scenario, type Step} from '../scenario.ts';

const NO_AGENT = {CONSUL_HTTP_ADDR: '127.0.0.1:1'};

const kvSteps: Step[] = [
  cli(['kv', 'put', 'k', 'v']), cli(['kv', 'get', 'k']), cli(['kv', 'get', '-detailed', 'k']), cli(['kv', 'put', '-flags=42', 'f', 'x']), cli(['kv', 'get', '-detailed', 'f']),
  cli(['kv', 'put', 'empty']), cli(['kv', 'get', 'empty']), cli(['kv', 'put', 'stdin', '-'], {stdin: 'from stdin\n'}), cli(['kv', 'get', 'stdin']),
  cli(['kv', 'put', 'file', '@data.txt'], {files: {'data.txt': 'from a file'}}), cli(['kv', 'get', '-base64', 'file']), cli(['kv', 'put', 'nofile', '@missing']), cli(['kv', 'put', '-base64', 'b', 'aGVsbG8=']),
  cli(['kv', 'get', 'b']), cli(['kv', 'put', '-base64', 'b', '!!']), cli(['kv', 'put']), cli(['kv', 'put', 'a', 'b', 'c']), cli(['kv', 'put', '/lead', 'x']), cli(['kv', 'put', 'foo/d', '-flags=1']), cli(['kv', 'get', 'foo/d']),
  cli(['kv', 'put', '-cas', '-modify-index=0', 'new', 'x']), cli(['kv', 'put', '-cas', '-modify-index=1', 'new', 'x']), cli(['kv', 'put', '-cas', 'new', 'x']), cli(['kv', 'put', '-acquire', 'l', 'x']), cli(['kv', 'put', '-release', 'l', 'x']),
  cli(['kv', 'put', '-flags=abc', 'k', 'v'], {view: 'first'}), cli(['kv', 'put', '-nosuch', 'k', 'v'], {view: 'first'}), cli(['kv', 'put', '-flags'], {view: 'first'}),
  cli(['kv', 'get', 'missing']), cli(['kv', 'get']), cli(['kv', 'get', 'a', 'b']), cli(['kv', 'get', '-recurse', 'f']), cli(['kv', 'get', '-recurse', '-detailed', 'f']), cli(['kv', 'get', '-recurse']), cli(['kv', 'get', '-keys']), cli(['kv', 'get', '-keys', 'f']),
  cli(['kv', 'get', '-keys', '-separator=', '']), cli(['kv', 'get', '-keys', 'none']), cli(['kv', 'get', '-recurse', 'none']), cli(['kv', 'get', '/k']), cli(['kv', 'get', '-recurse=maybe', 'k'], {view: 'first'}), cli(['kv', 'get', '-stale', 'k']), cli(['kv', 'get', '-datacenter=nope', 'k']), cli(['kv', 'get', '-namespace=x', 'k']),
  cli(['kv', 'export']), cli(['kv', 'export', 'f']), cli(['kv', 'export', 'none']), cli(['kv', 'import', '[{"key":"imp/a","flags":7,"value":"aGk="}]']), cli(['kv', 'get', 'imp/a']), cli(['kv', 'import', '-'], {stdin: '[{"key":"b","flags":0,"value":"eA=="}]'}),
  cli(['kv', 'import', '-prefix=under/', '[{"key":"c","flags":0,"value":"eA=="}]']), cli(['kv', 'import', '{']), cli(['kv', 'import']), cli(['kv', 'import', '@missing']),
  cli(['kv', 'delete', 'imp/a']), cli(['kv', 'delete', 'missing']), cli(['kv', 'delete']), cli(['kv', 'delete', '-recurse', 'under/']), cli(['kv', 'delete', '-recurse']), cli(['kv', 'delete', '-cas', '-modify-index=1', 'k']), cli(['kv', 'delete', '-cas', 'k']), cli(['kv', 'delete', '-cas', '-recurse', 'k']), cli(['kv', 'delete', '-modify-index=1', 'k']),
  cli(['kv', 'get', 'k'], {env: NO_AGENT}), cli(['kv', 'put', 'k', 'v'], {env: NO_AGENT}), cli(['kv'], {view: 'first'}), cli(['kv', 'bogus'], {view: 'first'}), cli(['kv', 'get', '-h'], {view: 'first'}),
];

const catalogSteps: Step[] = [
  cli(['catalog', 'nodes']), cli(['catalog', 'nodes', '-detailed']), cli(['catalog', 'nodes', '-service=consul']), cli(['catalog', 'nodes', '-service=nope']), cli(['catalog', 'nodes', '-node-meta=a=b']), cli(['catalog', 'nodes', '-near=_agent'], {view: 'unordered', note: 'whether an agent knows yet where it is depends on the time'}), cli(['catalog', 'nodes', 'extra']),
  cli(['catalog', 'services']), cli(['catalog', 'services', '-tags']), cli(['catalog', 'services', '-node=n1']), cli(['catalog', 'services', '-node=nope']), cli(['catalog', 'datacenters']), cli(['catalog', 'datacenters', 'x']), cli(['catalog'], {view: 'first'}), cli(['catalog', 'nodes'], {env: NO_AGENT}), cli(['catalog', 'services'], {env: NO_AGENT}), cli(['catalog', 'datacenters'], {env: NO_AGENT}),
  cli(['services', 'register', '-name=web', '-port=80', '-tag=a', '-tag=b', '-meta=k=v', '-address=10.0.0.1']), cli(['catalog', 'services', '-tags']), cli(['services', 'register', 'svc.hcl'], {files: {'svc.hcl': 'service {\n  name = "hcl"\n  port = 81\n}\n'}}), cli(['services', 'register', 'svc.json'], {files: {'svc.json': '{"services":[{"name":"j1"},{"name":"j2"}]}'}}),
  cli(['services', 'register']), cli(['services', 'register', '-name=x', 'svc.json']), cli(['services', 'register', 'missing.json']), cli(['services', 'register', '-name=x', '-address=0.0.0.0']), cli(['services', 'register', '-port=x', '-name=x'], {view: 'first'}), cli(['catalog', 'services']),
  cli(['services', 'deregister', '-id=web']), cli(['services', 'deregister', 'svc.json']), cli(['services', 'deregister', '-id=nope']), cli(['services', 'deregister']), cli(['services', 'deregister', '-id=x', 'svc.json']), cli(['services', 'register', '-name=x'], {env: NO_AGENT}), cli(['services'], {view: 'first'}),
  cli(['maint']), cli(['maint', '-enable', '-reason=because']), cli(['maint', '-enable', '-service=hcl', '-reason=y']), cli(['maint'], {view: 'unordered'}), cli(['maint', '-disable', '-service=hcl']), cli(['maint', '-disable']), cli(['maint', '-enable', '-disable']), cli(['maint', '-reason=x']), cli(['maint', '-service=hcl']), cli(['maint', '-enable', '-service=nope']), cli(['maint', '-enable'], {env: NO_AGENT}),
];

const otherSteps: Step[] = [
  cli([], {view: 'code'}), cli(['bogus'], {view: 'code'}), cli(['-h'], {view: 'code'}), cli(['--help'], {view: 'first'}),
  cli(['members']), cli(['members', '-wan']), cli(['members', '-detailed'], {view: 'code'}), cli(['members', '-status=alive']), cli(['members', '-status=failed']), cli(['members', '-status=(']), cli(['members', '-segment=x']), cli(['members', '-filter=Name == nope']), cli(['members'], {env: NO_AGENT}), cli(['members', 'extra']), cli(['members', '-nosuch'], {view: 'first'}),
  cli(['info'], {view: 'code'}), cli(['info'], {env: NO_AGENT}), cli(['operator', 'raft', 'list-peers']), cli(['operator', 'raft', 'list-peers'], {env: NO_AGENT}), cli(['operator', 'raft', 'remove-peer']), cli(['operator', 'raft', 'remove-peer', '-id=x']), cli(['operator', 'raft', 'remove-peer', '-id=x', '-address=y']), cli(['operator', 'raft'], {view: 'first'}), cli(['operator'], {view: 'first'}),
  cli(['operator', 'autopilot', 'get-config']), cli(['operator', 'autopilot', 'set-config', '-cleanup-dead-servers=false']), cli(['operator', 'autopilot', 'get-config']), cli(['operator', 'usage', 'instances']),
  cli(['keygen'], {view: 'code'}), cli(['reload']), cli(['reload'], {env: NO_AGENT}), cli(['force-leave', 'nope']), cli(['force-leave'], {view: 'first'}), cli(['join'], {view: 'first'}), cli(['join', '127.0.0.1:1']), cli(['leave', 'x'], {view: 'first'}), cli(['rtt', 'n1', 'nope'], {view: 'code'}), until('/v1/coordinate/node/ext', '"Vec"'), cli(['rtt', 'ext', 'ext']), cli(['rtt'], {view: 'first'}),
  cli(['validate']), cli(['validate', 'good.json'], {files: {'good.json': '{"data_dir":"/tmp/x","bind_addr":"127.0.0.1"}'}}), cli(['validate', '-quiet', 'good.json']), cli(['validate', 'typo.json'], {files: {'typo.json': '{"data_dir":"/tmp/x","datacentre":"x"}'}}), cli(['validate', 'broken.hcl'], {files: {'broken.hcl': 'data_dir = '}}), cli(['validate', 'nodata.json'], {files: {'nodata.json': '{}'}}), cli(['validate', 'x.txt'], {files: {'x.txt': ''}}), cli(['validate', 'missing.json']), cli(['validate', '-config-format=xx', 'good.json']),
  cli(['version'], {view: 'first'}), cli(['version', '-format=json'], {view: 'code'}), cli(['version', '-format=xx']), cli(['event', '-name=ev', 'payload'], {view: 'first'}), cli(['event'], {view: 'first'}), cli(['leave'], {env: NO_AGENT}),
];

/** Sheet cli: output and exit codes of the commands. */
export const cliScenario: Scenario = {
  name: 'cli',
  mode: 'dev',
  steps: [
    ...kvSteps,
    put('/v1/catalog/register', {Node: 'ext', Address: '10.0.0.1'}),
    ...catalogSteps,
    put('/v1/coordinate/update', {Node: 'ext', Coord: {Vec: [0.003, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 0.00001}}),
    ...otherSteps,
  ],
};

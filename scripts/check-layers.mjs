// Checks the arrows between the rooms, and that the checker saw the program at all: with a TypeScript that it cannot
// read, dependency-cruiser finds nothing and calls it good.
import {readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {cruise} from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const {forbidden, options} = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
const result = await cruise(['src'], {...options, ruleSet: {forbidden}, validate: true}, undefined, {
  tsConfig: extractTSConfig('tsconfig.json'),
});
const {summary, modules} = result.output;
const files = readdirSync('src', {recursive: true}).filter((name) => name.endsWith('.ts')).length;
const seen = modules.filter((module) => module.source.startsWith('src/')).length;
for (const {rule, from, to, cycle} of summary.violations) {
  console.error(`${rule.name}: ${from} -> ${cycle ? cycle.map(({name}) => name).join(' -> ') : to}`);
}
if (seen < files || summary.totalDependenciesCruised < files) {
  console.error(`the layer check saw ${seen} of ${files} modules and ${summary.totalDependenciesCruised} arrows`);
  process.exit(1);
}
console.log(`layers: ${seen} modules, ${summary.totalDependenciesCruised} arrows, ${summary.violations.length} violations`);
process.exit(summary.violations.length === 0 ? 0 : 1);

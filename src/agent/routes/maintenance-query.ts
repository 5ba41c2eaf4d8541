import {ConsulError} from '../../consul-error.ts';
import {type GoQuery} from '../../http/go-query.ts';

const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const falsehoods = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** `enable` of a maintenance request, in any of the forms that Go takes for a bool (agent-checks.md §10). @throws ConsulError 400 */
export function enableOf(query: GoQuery): boolean {
  if (!query.has('enable')) throw new ConsulError('Missing value for enable', 400);
  const text = query.get('enable');
  if (truths.has(text)) return true;
  if (falsehoods.has(text)) return false;
  throw new ConsulError(`Invalid value for enable: ${JSON.stringify(text)}`, 400);
}

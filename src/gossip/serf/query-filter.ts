import {compileGoRegexp} from '../../schema/go-regexp.ts';
import {type ByteString} from '../../wire/byte-string.ts';
import {NodeFilter, TagFilter} from '../wire/serf-schema.ts';
import {type QueryParams} from './serf-step.ts';
import {type Tags} from './serf-message.ts';

const filterType = {nodes: 0, tag: 1} as const;

/** A query's filters as on the wire [gossip.md §12.3]; null when there are none. */
export function encodeFilters(params: QueryParams): ByteString[] | null {
  const filters: ByteString[] = [];
  const {filterNodes = [], filterTags = {}} = params;
  if (filterNodes.length > 0) filters.push(NodeFilter.toMsgpack(filterNodes, {typeByte: filterType.nodes}).toString('latin1'));
  for (const [Tag, Expr] of Object.entries(filterTags)) {
    filters.push(TagFilter.toMsgpack({Expr, Tag}, {typeByte: filterType.tag}).toString('latin1'));
  }
  return filters.length > 0 ? filters : null;
}

/** Whether a member passes one filter. @throws Error for an unknown kind or a bad expression */
export function passesFilter(filter: ByteString, name: string, tags: Tags): boolean {
  const bytes = Buffer.from(filter, 'latin1');
  switch (bytes[0]) {
    case filterType.nodes: return NodeFilter.fromMsgpack(bytes, 1)?.includes(name) ?? false;
    case filterType.tag: {
      const {Tag, Expr} = TagFilter.fromMsgpack(bytes, 1);
      const compiled = compileGoRegexp(Expr);
      if ('error' in compiled) throw new Error(compiled.error);
      return compiled.test(tags[Tag] ?? '');
    }
    default: throw new Error(`query has unrecognized filter type: ${bytes[0]}`);
  }
}

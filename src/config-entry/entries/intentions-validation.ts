import {type IntentionHTTPHeaderPermission, type IntentionHTTPPermission, type IntentionPermission, type ServiceIntentionsConfigEntry, type SourceIntention} from './intentions.ts';

const descriptionBytesMax = 512;
const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'];

/** What is wrong with an entry of intentions, in Consul's words; undefined when nothing is (mesh.md §6). */
export function invalidIntentions({Name, Sources}: ServiceIntentionsConfigEntry): string | undefined {
  const wildcard = wildcardProblem(Name);
  if (wildcard !== undefined) return `Name: ${wildcard}`;
  if ((Sources?.length ?? 0) === 0) return 'At least one source is required';
  const seen = new Set<string>();
  for (const [at, source] of (Sources ?? []).entries()) {
    if (source === null) continue;
    const problem = sourceProblem(source, Name);
    if (problem !== undefined) return `Sources[${at}]${problem}`;
    const key = `${source.Peer}\0${source.Name}`;
    if (seen.has(key)) return `Sources[${at}] defines ${source.Peer === '' ? '' : `peer("${source.Peer}") `}"${source.Name}" more than once`;
    seen.add(key);
  }
  return undefined;
}

function sourceProblem({Name, Description, Action, Permissions, Type}: SourceIntention, destination: string): string | undefined {
  if (Name === '') return '.Name is required';
  const wildcard = wildcardProblem(Name);
  if (wildcard !== undefined) return `.Name: ${wildcard}`;
  if (Buffer.byteLength(Description) > descriptionBytesMax) return `.Description exceeds maximum length ${descriptionBytesMax}`;
  const hasPermissions = (Permissions?.length ?? 0) > 0;
  if (hasPermissions && destination === '*') return '.Permissions cannot be specified on intentions with wildcarded destinations';
  if (hasPermissions && Action !== '') return '.Action must be omitted if Permissions are specified';
  if (!hasPermissions && !isAction(Action)) return ".Action must be set to 'allow' or 'deny'";
  if (Type !== 'consul') return ".Type must be set to 'consul'";
  for (const [at, permission] of (Permissions ?? []).entries()) {
    const problem = permission === null ? undefined : permissionProblem(permission);
    if (problem !== undefined) return `.Permissions[${at}].${problem}`;
  }
  return undefined;
}

function isAction(action: string): boolean {
  return action === 'allow' || action === 'deny';
}

function wildcardProblem(name: string): string | undefined {
  return name.includes('*') && name !== '*' ? "wildcard character '*' cannot be used with partial values" : undefined;
}

function permissionProblem({Action, HTTP}: IntentionPermission): string | undefined {
  if (!isAction(Action)) return "Action must be set to 'allow' or 'deny'";
  if (HTTP === null) return 'HTTP is required';
  return httpProblem(HTTP);
}

function httpProblem({PathExact, PathPrefix, PathRegex, Header, Methods}: IntentionHTTPPermission): string | undefined {
  const paths = [PathExact, PathPrefix, PathRegex].filter((path) => path !== '');
  if (PathExact !== '' && !PathExact.startsWith('/')) return `HTTP.PathExact doesn't start with '/': ${JSON.stringify(PathExact)}`;
  if (PathPrefix !== '' && !PathPrefix.startsWith('/')) return `HTTP.PathPrefix doesn't start with '/': ${JSON.stringify(PathPrefix)}`;
  if (paths.length > 1) return 'HTTP should only contain at most one of PathExact, PathPrefix, or PathRegex';
  for (const [at, header] of (Header ?? []).entries()) {
    const problem = headerProblem(header);
    if (problem !== undefined) return `HTTP.Header[${at}] ${problem}`;
  }
  const seen = new Set<string>();
  for (const method of Methods ?? []) {
    if (!httpMethods.includes(method)) return `HTTP.Methods contains an invalid method ${JSON.stringify(method)}`;
    if (seen.has(method)) return `HTTP.Methods contains ${JSON.stringify(method)} more than once`;
    seen.add(method);
  }
  return paths.length + (Header?.length ?? 0) + (Methods?.length ?? 0) === 0 ? 'HTTP should not be empty' : undefined;
}

function headerProblem({Name, Present, Exact, Prefix, Suffix, Contains, Regex, IgnoreCase}: IntentionHTTPHeaderPermission): string | undefined {
  if (Name === '') return 'missing required Name field';
  const texts = [Exact, Prefix, Suffix, Contains].filter((text) => text !== '').length;
  if (texts + (Present ? 1 : 0) + (Regex === '' ? 0 : 1) !== 1) return 'should only contain one of Present, Exact, Prefix, Suffix, Contains, or Regex';
  return IgnoreCase && texts === 0 ? 'should set one of Exact, Prefix, Suffix, or Contains when using IgnoreCase' : undefined;
}

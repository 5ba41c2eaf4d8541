/** What an answer must say to be the one that is waited for: predicates over its body. */

export const has = (part: string | RegExp) => (body: string): boolean => (typeof part === 'string' ? body.includes(part) : part.test(body));

/** So many members are alive, of `/v1/agent/members`. */
export const alive = (count: number) => (body: string): boolean => [...body.matchAll(/"Status": ?1\b/g)].length === count;

/** So many servers have a vote, of `/v1/operator/raft/configuration`. */
export const voters = (count: number) => (body: string): boolean => [...body.matchAll(/"Voter": ?true/g)].length === count;

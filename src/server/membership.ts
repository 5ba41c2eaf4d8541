/** An agent in the LAN pool, as Serf knows it (gossip.md). */
export interface Member {
  readonly name: string;
  /** IP address, without a port. */
  readonly address: string;
  /** Port of its gossip. */
  readonly port: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly status: 'alive' | 'leaving' | 'left' | 'failed';
  readonly protocolMin: number;
  readonly protocolMax: number;
  readonly protocolCur: number;
  readonly delegateMin: number;
  readonly delegateMax: number;
  readonly delegateCur: number;
}

export interface MemberEvent {
  readonly type: 'member-join' | 'member-leave' | 'member-failed' | 'member-update' | 'member-reap';
  readonly members: readonly Member[];
}

/** The pool of a datacenter's agents. It never writes the catalog: a leader reconciles the two. */
export interface Membership {
  members(): readonly Member[];
  local(): Member;
  /** @returns ends the subscription */
  onEvent(listener: (event: MemberEvent) => void): () => void;
}

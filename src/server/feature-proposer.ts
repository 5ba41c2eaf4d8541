import {type Proposer} from '../fsm/proposer.ts';
import {type Type} from '../schema/type.ts';
import {bringsVirtualAddresses} from './leader/feature-use.ts';

/** What the servers must agree on before some commands. */
export interface FeatureAgreement {
  /** Resolves when all that the agents of this datacenter are new enough for is agreed on. @throws as Proposer.propose */
  agree(): Promise<void>;
}

/** Before the first command that has use for a feature the agreement on it stands in the log, so that applying it finds it there. */
export class FeatureProposer implements Proposer {
  readonly #inner: Proposer;
  readonly #agreement: FeatureAgreement;

  constructor(inner: Proposer, agreement: FeatureAgreement) {
    this.#inner = inner;
    this.#agreement = agreement;
  }

  propose<Body>(type: number, codec: Type<Body>, body: Body): Promise<unknown> {
    if (!bringsVirtualAddresses(codec, body)) return this.#inner.propose(type, codec, body);
    return this.#agreement.agree().then(() => this.#inner.propose(type, codec, body));
  }
}

import {type Freshness} from './lookups.ts';
import {Rcode} from './wire/constants.ts';
import {type ResourceRecord} from './wire/resource-record.ts';

/** What is to be said, before it is fitted to a transport. */
export interface Reply {
  readonly rcode: Rcode;
  readonly authoritative: boolean;
  readonly answer: readonly ResourceRecord[];
  /** records that go to ADDITIONAL when the answer of the same place goes */
  readonly extras: readonly (readonly ResourceRecord[])[];
  readonly authority: readonly ResourceRecord[];
  /** records in ADDITIONAL that belong to no one answer */
  readonly additional: readonly ResourceRecord[];
  /** answers are put in a new random order for each reply (dns.md §11.1) */
  readonly shuffled: boolean;
  /** most answers, 0 = all (`a_record_limit`) */
  readonly answersMax: number;
  /** the reply depends on the client's subnet (dns.md §13) */
  readonly scopeIsSource: boolean;
  /** false: the reply never carries OPT */
  readonly withOpt: boolean;
  /** null: not to be kept; an empty list: true for ever */
  readonly freshness: readonly Freshness[] | null;
}

const empty: Reply = {
  rcode: Rcode.noError, authoritative: true, answer: [], extras: [], authority: [], additional: [], shuffled: false, answersMax: 0,
  scopeIsSource: false, withOpt: true, freshness: null,
};

/** A reply that differs from an empty authoritative NOERROR in `parts`. */
export function reply(parts: Partial<Reply>): Reply {
  return {...empty, ...parts};
}

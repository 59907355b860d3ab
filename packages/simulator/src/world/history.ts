import type { ObjectState } from '@sluice/shared';

interface Base {
  readonly at: number;
  readonly integrationId: string;
}

/** A customer wrote an object. */
export interface Put extends Base {
  readonly kind: 'put';
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** As the provider dates it, in milliseconds. */
  readonly lastModified: number;
  /** When its event says that it was written, by the provider's clock. */
  readonly toldAt: number;
  /** A copy of one of our results. */
  readonly isOurs: boolean;
  /** The processor refuses it. */
  readonly isCorrupt: boolean;
}

interface Deleted extends Base {
  readonly kind: 'deleted';
  readonly key: string;
}

/** We wrote an object into the customer's bucket. */
interface Written extends Base {
  readonly kind: 'written';
  readonly key: string;
  readonly text: string;
  readonly jobId: string;
  /** What lay there before was the customer's own. */
  readonly isOverCustomers: boolean;
}

/** The processor has read a source and made something of it. */
export interface Processed extends Base {
  readonly kind: 'processed';
  readonly jobId: string;
  readonly key: string;
  readonly etag: string;
  readonly pages: number;
  /** What it read was one of our own results. */
  readonly isOurs: boolean;
}

/** Somebody asked for what is in these states to be taken up again. */
interface Replayed extends Base {
  readonly kind: 'replayed';
  readonly states: readonly ObjectState[];
}

/** A result of ours was lost before it was written back. */
interface Lost extends Base {
  readonly kind: 'lost';
}

/** What is worked on under a lease: an object, or the listing of a bucket. */
interface Work extends Base {
  readonly work: string;
}

/** The ledger gave work to a worker. */
export interface Leased extends Work {
  readonly kind: 'leased';
  readonly leaseId: string;
  readonly stage: 'list' | 'process' | 'write';
  /** When it may be given to another, in milliseconds. */
  readonly until: number;
  /** Of an object. */
  readonly key: string | null;
  readonly jobId: string | null;
}

/** The ledger took a worker's word for it: what it did counts. */
export interface Believed extends Work {
  readonly kind: 'believed';
  readonly leaseId: string;
  /** Its work is over, and its lease with it. */
  readonly isEnd: boolean;
  /** What became of an object: its results are staged, written back, lost, or its attempt ended in a state. */
  readonly outcome: string | null;
}

/** What was given to a worker is to be given to another. */
interface Reclaimed extends Work {
  readonly kind: 'reclaimed';
}

export type Fact = Put | Deleted | Written | Processed | Replayed | Lost | Leased | Believed | Reclaimed;

/** Everything that happened, in order. All a checker knows, but for the books. */
export class History {
  readonly facts: Fact[] = [];

  add(fact: Fact): void {
    this.facts.push(fact);
  }

  of(integrationId: string): Fact[] {
    return this.facts.filter((fact) => fact.integrationId === integrationId);
  }
}

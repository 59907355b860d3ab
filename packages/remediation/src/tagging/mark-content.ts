import { ContentLexer, ContentName, type Operation } from '../text/content-lexer.ts';
import type { Content } from './elements.ts';
import type { Piece, Target } from './page-plan.ts';
import { goesOn, showRuns } from './show-runs.ts';
import { showPrefix, splitShow } from './split-show.ts';

export interface StreamMarking {
  readonly stream: number;
  /** MCIDs are unique on the page, forms included: there are readers that look no further. */
  readonly firstMcid: number;
  readonly text: ReadonlyMap<number, readonly Piece[]> | undefined;
  readonly drawings: ReadonlyMap<number, Content> | undefined;
  /** Whether a named property list carries an MCID. */
  hasMcid(propertyList: string): boolean;
  /**
   * What to do with a `Do`: undefined for a picture or a form of artifacts only; else the form is marked inside, and
   * this is the name of the copy to draw.
   */
  form(operation: number): string | undefined;
}

export interface MarkedStream {
  readonly bytes: Uint8Array;
  /** Owner of each MCID; undefined for those of the page's other streams. */
  readonly owners: readonly (Content | undefined)[];
}

/** Where drawings stand in their content. */
const FIRST = [0];
const ARTIFACT = '/Artifact BMC';
const PAINT = new Set(['S', 's', 'f', 'F', 'f*', 'B', 'B*', 'b', 'b*']);
const SHOW = new Set(['Tj', 'TJ', "'", '"']);

/** Edits at one place: what ends there comes first, then what begins, then what is replaced. */
const Order = { end: 0, begin: 1, replace: 2 } as const;
type Order = (typeof Order)[keyof typeof Order];

interface Edit {
  readonly at: number;
  readonly order: Order;
  readonly remove: number;
  readonly insert: string;
}

interface OpenSequence {
  readonly target: Target;
  readonly start: number;
  end: number;
  readonly orders: number[];
  readonly depth: number;
}

/** Puts marked content around the operations of a stream. Every operation that draws ends up inside exactly one. */
export function markContent(bytes: Uint8Array, marking: StreamMarking): MarkedStream {
  return new Marker(bytes, marking).run();
}

class Marker {
  readonly #bytes: Uint8Array;
  readonly #marking: StreamMarking;
  readonly #edits: Edit[] = [];
  readonly #owners: (Content | undefined)[];
  /** Marked content of the source: true where its operators are taken out. */
  readonly #nested: boolean[] = [];
  #open: OpenSequence | undefined;
  #depth = 0;
  #pathStart = -1;

  constructor(bytes: Uint8Array, marking: StreamMarking) {
    this.#bytes = bytes;
    this.#marking = marking;
    this.#owners = Array.from({ length: marking.firstMcid });
  }

  run(): MarkedStream {
    const lexer = new ContentLexer(this.#bytes);
    let number = 0;
    for (let operation = lexer.next(); operation; operation = lexer.next()) this.#take(operation, number++);
    this.#close();
    const end = this.#bytes.length;
    for (const taken of this.#nested) if (!taken) this.#edit(end, Order.end, 0, '\nEMC');
    return { bytes: applyEdits(this.#bytes, this.#edits), owners: this.#owners };
  }

  #take(operation: Operation, number: number): void {
    const { operator, start, end } = operation;
    if (SHOW.has(operator)) {
      this.#show(operation, number);
      return;
    }
    if (PAINT.has(operator)) {
      this.#mark(this.#drawing(number), this.#pathStart < 0 ? start : this.#pathStart, end, FIRST);
      this.#pathStart = -1;
      return;
    }
    switch (operator) {
      case 'q':
        this.#depth++;
        return;
      case 'Q':
        if (this.#open && this.#depth <= this.#open.depth) this.#close();
        this.#depth--;
        return;
      case 'BT':
      case 'ET':
        this.#close();
        return;
      case 'BMC':
      case 'BDC': {
        const taken = this.#isStructure(operation);
        this.#nested.push(taken);
        if (taken) this.#edit(start, Order.replace, end - start, ' ');
        else this.#close();
        return;
      }
      case 'EMC':
        // One too many is taken out as well.
        if (this.#nested.pop() === false) this.#close();
        else this.#edit(start, Order.replace, end - start, ' ');
        return;
      case 'm':
      case 're':
        if (this.#pathStart < 0) this.#pathStart = start;
        return;
      case 'n':
        this.#pathStart = -1;
        return;
      case 'sh':
      case 'BI':
        this.#mark(this.#drawing(number), start, end, FIRST);
        return;
      case 'Do': {
        const copy = this.#marking.form(number);
        if (copy === undefined) this.#mark(this.#drawing(number), start, end, FIRST);
        else {
          this.#close();
          this.#edit(start, Order.replace, end - start, `/${copy} Do`);
        }
        return;
      }
      default:
    }
  }

  #drawing(number: number): Target {
    return this.#marking.drawings?.get(number) ?? ARTIFACT;
  }

  /** Artifacts and tagged content of the source make room for what is written now; layers and the like stay. */
  #isStructure({ operator, operands }: Operation): boolean {
    const [tag, properties] = operands;
    if (tag instanceof ContentName && tag.name === 'Artifact') return true;
    if (operator === 'BMC') return false;
    if (properties instanceof Map) return properties.has('MCID');
    return properties instanceof ContentName && this.#marking.hasMcid(properties.name);
  }

  #show(operation: Operation, number: number): void {
    const { start, end } = operation;
    const pieces = this.#marking.text?.get(number);
    if (!pieces) {
      // White space, or glyphs of which nothing is known: with what they stand in.
      this.#mark(this.#open?.target ?? ARTIFACT, start, end, []);
      return;
    }
    const runs = showRuns(pieces);
    const [first] = runs;
    if (first && runs.length === 1) {
      this.#mark(first.target, start, end, first.orders);
      return;
    }
    this.#close();
    const parts = splitShow(
      operation,
      runs.map((run) => run.from),
    );
    const body = runs.map((run, index) => {
      const { begin, finish } = this.#sequence(run.target, run.orders);
      return begin + (parts[index] ?? '') + finish;
    });
    this.#edit(start, Order.replace, end - start, showPrefix(operation) + body.join(''));
  }

  /** Opens a sequence for an operation, or goes on with the open one. */
  #mark(target: Target, start: number, end: number, orders: readonly number[]): void {
    const open = this.#open;
    const [first] = orders;
    const last = open?.orders.at(-1);
    if (open?.target === target && (first === undefined || last === undefined || goesOn(last, first))) {
      open.end = end;
      for (const order of orders) open.orders.push(order);
      return;
    }
    this.#close();
    this.#open = { target, start, end, orders: [...orders], depth: this.#depth };
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const { begin, finish } = this.#sequence(open.target, open.orders);
    this.#edit(open.start, Order.begin, 0, begin);
    this.#edit(open.end, Order.end, 0, finish);
  }

  #sequence(target: Target, orders: readonly number[]): { begin: string; finish: string } {
    const finish = '\nEMC\n';
    if (typeof target === 'string') return { begin: `${target}\n`, finish };
    const mcid = this.#owners.length;
    this.#owners.push(target);
    target.marks.push({ mcid, order: orders[0] ?? 0, stream: this.#marking.stream });
    return { begin: `/Span <</MCID ${mcid}>> BDC\n`, finish };
  }

  #edit(at: number, order: Order, remove: number, insert: string): void {
    this.#edits.push({ at, order, remove, insert });
  }
}

function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const sorted = [...edits].sort((a, b) => a.at - b.at || a.order - b.order);
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  let position = 0;
  for (const { at, remove, insert } of sorted) {
    if (at > position) parts.push(bytes.subarray(position, at));
    parts.push(encoder.encode(insert));
    position = Math.max(position, at + remove);
  }
  parts.push(bytes.subarray(position));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

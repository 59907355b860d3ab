import type { WorkBudget } from '../budget.ts';
import { cleanText } from './characters.ts';
import { isRightToLeft, readingText } from './direction.ts';
import type { Font } from './fonts/font.ts';
import { type Matrix, transform } from './matrix.ts';

/** Bytes `from` up to `to` of the strings, joined, of one show operation of one of a page's content streams. */
export interface GlyphSpan {
  readonly stream: number;
  readonly operation: number;
  readonly from: number;
  readonly to: number;
}

/** What one show operation draws of a word. */
interface TextPart {
  readonly text: string;
  readonly x0: number;
}

/** A piece of text without white space, along one baseline. Points; y grows upwards. */
export interface TextFragment {
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
  /** Baseline. */
  readonly y: number;
  /** Height of an em. */
  readonly size: number;
  readonly bold: boolean;
  readonly italic?: boolean;
  /** Advance of each of its characters in points, where its font has one for all. */
  readonly pitch?: number | undefined;
  /** White space was drawn right before it. */
  readonly afterSpace: boolean;
  /** Direction of the baseline in quarter turns counter-clockwise: 0 is horizontal. */
  readonly quarter: 0 | 1 | 2 | 3;
  /** Where its glyphs come from, in drawing order. */
  readonly spans: readonly GlyphSpan[];
  /** One for each of the spans, where there are several and it is horizontal and read from left to right. */
  readonly parts?: readonly TextPart[] | undefined;
}

/** A gap wider than this many em between two glyphs is a space that the writer did not write. */
const SPACE_EM = 0.17;
const ACCENT = /^\p{M}+$/u;
/** No accent is put further from the end of its letter. */
const ACCENT_EM = 1;
/** Advances this close are one. */
const SAME_PITCH_SHARE = 0.02;
/** What leaders are made of. */
const DOTS = /^[.·․‥…]$/;
/** So many dots in a row are a leader, and no part of the words beside them. */
const LEADER_DOTS = 4;
const ELLIPSIS_DOTS = 2;

interface Draft {
  glyphs: string[];
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  size: number;
  bold: boolean;
  italic: boolean;
  pitch: number | undefined;
  afterSpace: boolean;
  quarter: 0 | 1 | 2 | 3;
  spans: { stream: number; operation: number; from: number; to: number }[];
  /** Where each of the spans begins: the number of its first glyph, and its place. */
  starts: { glyph: number; x: number }[];
  /** How many it is made of, where it is made of nothing else. */
  dots: number;
}

/** Collects glyphs into fragments, in the order they are drawn. */
export class TextPen {
  unmappedGlyphs = 0;
  readonly #budget: WorkBudget;
  readonly #fragments: TextFragment[] = [];
  #draft: Draft | undefined;
  /** A word that the draft, which is dots, goes on with. */
  #beforeDots: Draft | undefined;
  #afterSpace = false;
  #bold = false;
  #italic = false;
  #fontSize = 1;
  #spacing = 0;
  #stream = 0;
  #operation = 0;

  constructor(budget: WorkBudget) {
    this.#budget = budget;
  }

  /** @param spacing what stands between any two of its characters, in text space */
  startShow(font: Font, fontSize: number, spacing: number, stream: number, operation: number): void {
    this.#spacing = Math.max(0, spacing);
    this.#stream = stream;
    this.#operation = operation;
    this.#bold = font.bold;
    this.#italic = font.italic;
    this.#fontSize = Math.abs(fontSize * font.emScale);
  }

  /**
   * @param text empty when nothing says what it is; undefined for a glyph that is read with the one before it
   * @param matrix text space to page
   * @param length advance in text space, spacing excluded
   * @param fixedPitch it is as wide as the others of its font
   * @param at where its code is in the strings of the operation
   */
  glyph(
    text: string | undefined,
    matrix: Matrix,
    length: number,
    rise: number,
    fixedPitch: boolean,
    at: { from: number; to: number },
  ): void {
    this.#budget.spend('glyphs', Math.max(1, text?.length ?? 0));
    if (text === '') this.unmappedGlyphs++;
    if (text !== undefined && text.trim() === '') {
      this.#close();
      this.#afterSpace ||= text !== '';
      return;
    }
    const [x0, y0] = transform(matrix, 0, rise);
    const [x1, y1] = transform(matrix, length, rise);
    const size = this.#fontSize * Math.hypot(matrix[2], matrix[3]);
    if (![x0, y0, x1, y1, size].every(Number.isFinite)) return;
    const quarter = quarterOf(matrix);
    const pitch = fixedPitch ? Math.hypot(x1 - x0, y1 - y0) : undefined;
    const dots = text !== undefined && DOTS.test(text) ? (text === '…' ? ELLIPSIS_DOTS : 1) : 0;
    if (text !== undefined && dots === 0) this.#endDots();
    const draft = this.#draft;
    const spacing = this.#spacing * Math.hypot(matrix[0], matrix[1]);
    const isAccent = draft !== undefined && isAccentOf(draft, text, length, x0, y0);
    const goesOn = draft?.quarter === quarter && (isAccent || continues(draft, x0, y0, size, spacing));
    const startsDots = draft !== undefined && goesOn && dots > 0 && draft.dots === 0;
    if (draft && goesOn && !startsDots) {
      draft.dots += dots;
      const span = draft.spans.at(-1);
      if (span && span.stream === this.#stream && span.operation === this.#operation) span.to = at.to;
      else {
        draft.spans.push(this.#span(at));
        draft.starts.push({ glyph: draft.glyphs.length, x: x0 });
      }
      if (text !== undefined) {
        draft.glyphs.push(text);
        if (!isSamePitch(draft.pitch, pitch)) draft.pitch = undefined;
      }
      if (!isAccent) {
        draft.x1 = x1;
        draft.y1 = y1;
      }
      return;
    }
    // Read as a part of what has been closed already.
    if (text === undefined) return;
    if (startsDots) this.#beforeDots = draft;
    else this.#close();
    const [bold, afterSpace] = [this.#bold, this.#afterSpace];
    this.#draft = {
      glyphs: [text],
      x0,
      y0,
      x1,
      y1,
      size: size || 1,
      bold,
      italic: this.#italic,
      pitch,
      afterSpace,
      quarter,
      spans: [this.#span(at)],
      starts: [{ glyph: 0, x: x0 }],
      dots,
    };
    this.#afterSpace = false;
  }

  #span({ from, to }: { from: number; to: number }): Draft['spans'][number] {
    return { stream: this.#stream, operation: this.#operation, from, to };
  }

  finish(): readonly TextFragment[] {
    this.#close();
    return this.#fragments;
  }

  /** What follows dots is not one: a few belong to their word, as it does; a leader belongs to none. */
  #endDots(): void {
    const draft = this.#draft;
    if (!draft || draft.dots === 0) return;
    if (draft.dots >= LEADER_DOTS) this.#close();
    else {
      this.#draft = this.#beforeDots ? joined(this.#beforeDots, draft) : { ...draft, dots: 0 };
      this.#beforeDots = undefined;
    }
  }

  #close(): void {
    const [before, draft] = [this.#beforeDots, this.#draft];
    this.#beforeDots = undefined;
    this.#draft = undefined;
    if (!draft) return;
    if (before && draft.dots >= LEADER_DOTS) {
      this.#keep(before);
      this.#keep(draft);
    } else this.#keep(before ? joined(before, draft) : draft);
  }

  #keep(draft: Draft): void {
    const text = cleanText(draft.quarter === 0 ? readingText(draft.glyphs) : draft.glyphs.join(''));
    if (text === '') return;
    this.#budget.spend('words', 1);
    const [ax, ay] = upright(draft.x0, draft.y0, draft.quarter);
    const [bx] = upright(draft.x1, draft.y1, draft.quarter);
    this.#fragments.push({
      text,
      x0: Math.min(ax, bx),
      x1: Math.max(ax, bx),
      y: ay,
      size: draft.size,
      bold: draft.bold,
      italic: draft.italic,
      pitch: draft.pitch,
      afterSpace: draft.afterSpace,
      quarter: draft.quarter,
      spans: draft.spans,
      parts:
        draft.quarter === 0 && draft.spans.length > 1 && !isRightToLeft(text) ? partsOf(draft) : undefined,
    });
  }
}

function partsOf({ glyphs, starts }: Draft): TextPart[] {
  return starts.map(({ glyph, x }, index) => ({
    text: cleanText(glyphs.slice(glyph, starts[index + 1]?.glyph).join('')),
    x0: x,
  }));
}

/** A word and the few dots behind it, which are added to it: many words like 1.1.1 are one, and long. */
function joined(before: Draft, dots: Draft): Draft {
  const [last, first] = [before.spans.at(-1), dots.spans[0]];
  const together = last && first && last.stream === first.stream && last.operation === first.operation;
  if (together) last.to = first.to;
  for (const span of dots.spans.slice(together ? 1 : 0)) before.spans.push(span);
  for (const { glyph, x } of dots.starts.slice(together ? 1 : 0))
    before.starts.push({ glyph: before.glyphs.length + glyph, x });
  for (const glyph of dots.glyphs) before.glyphs.push(glyph);
  if (!isSamePitch(before.pitch, dots.pitch)) before.pitch = undefined;
  before.x1 = dots.x1;
  before.y1 = dots.y1;
  return before;
}

export function isSamePitch(pitch: number | undefined, other: number | undefined): boolean {
  return pitch !== undefined && other !== undefined && Math.abs(pitch - other) <= pitch * SAME_PITCH_SHARE;
}

function continues(draft: Draft, x: number, y: number, size: number, spacing: number): boolean {
  if (Math.abs(size - draft.size) > draft.size * 0.05) return false;
  const gap = Math.hypot(x - draft.x1, y - draft.y1);
  return gap < SPACE_EM * size + spacing;
}

/** Whether a glyph without an advance is the accent of the letter before it, wherever above or below its end it is put. */
function isAccentOf(draft: Draft, text: string | undefined, length: number, x: number, y: number): boolean {
  if (text === undefined || length !== 0 || !ACCENT.test(text) || isRightToLeft(text)) return false;
  return Math.hypot(x - draft.x1, y - draft.y1) < draft.size * ACCENT_EM;
}

function quarterOf(matrix: Matrix): 0 | 1 | 2 | 3 {
  const turn = Math.round(Math.atan2(matrix[1], matrix[0]) / (Math.PI / 2));
  if (turn === 1) return 1;
  if (turn === -1) return 3;
  return turn === 0 ? 0 : 2;
}

/** Turns a position so that text of this direction reads from left to right. */
function upright(x: number, y: number, quarter: 0 | 1 | 2 | 3): readonly [number, number] {
  if (quarter === 1) return [y, -x];
  if (quarter === 2) return [-x, -y];
  return quarter === 3 ? [-y, x] : [x, y];
}

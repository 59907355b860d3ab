import { PdfDict, type PdfStream } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { decodeStream } from '../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import { ContentLexer, ContentName, MAX_ITEMS, type Operand, type Operation } from './content-lexer.ts';
import { boxFrom, type Drawing, type PaintedPath, PathTracker, unitSquare } from './drawings.ts';
import type { FontCache } from './fonts/font-cache.ts';
import { clipBy, type GraphicsState, initialState, seenOf } from './graphics-state.ts';
import { MarkedContent } from './marked-content.ts';
import { IDENTITY, type Matrix, matrixFrom, multiply } from './matrix.ts';
import { readPageContent } from './page-content.ts';
import { pageGeometry } from './page-geometry.ts';
import type { PageText, StreamUse } from './page-text.ts';
import { TextPen } from './text-pen.ts';

const MAX_FORM_DEPTH = 12;
/** The mode of text that is neither filled nor outlined. */
const INVISIBLE = 3;
/** What one more run of a form takes, in operators; and how many strings and distances of a line of text take the time of one. */
const OPERATORS_OF_FORM = 32;
const ITEMS_OF_OPERATOR = 4;
/** Lines of a vertical font run down the page, from right to left, as those of text that is turned by a quarter. */
const DOWNWARDS: Matrix = [0, -1, 1, 0, 0, 0];
/** Pictures and paths beyond this number on one page are artifacts, unread. */
const MAX_DRAWINGS = 20_000;

/**
 * Runs a page's content, and the forms it uses, for its text.
 *
 * @param replaced sequences of marked content for which what the file says that they are read as (`ActualText`) stands
 * @throws RemediationRefused `pdf_too_complex` when the budget is used up
 */
export function readPageText(
  objects: ObjectAccess,
  page: PdfDict,
  fonts: FontCache,
  budget: WorkBudget,
  replaced: ReadonlySet<string> = new Set(),
): PageText {
  const { base, width, height } = pageGeometry(objects, page);
  const interpreter = new Interpreter(objects, fonts, budget, base, width * height, replaced);
  const resources = objects.inherited(page, 'Resources');
  const own = resources instanceof PdfDict ? resources : undefined;
  const content = readPageContent(objects, page, budget);
  interpreter.unreadable = !content.complete;
  interpreter.run(content.bytes, interpreter.use(-1, -1, undefined, own), 0);
  return {
    width,
    height,
    base,
    fragments: interpreter.pen.finish(),
    largestImageShare: interpreter.largestImageShare,
    images: interpreter.images,
    paints: interpreter.paints,
    unmappedGlyphs: interpreter.pen.unmappedGlyphs + interpreter.guessedGlyphs,
    speechless: interpreter.marked.speechless,
    unreadable: interpreter.unreadable,
    streams: interpreter.streams,
    drawings: interpreter.drawings,
  };
}

class Interpreter {
  readonly pen: TextPen;
  largestImageShare = 0;
  images = 0;
  paints = false;
  unreadable = false;
  readonly marked: MarkedContent;
  guessedGlyphs = 0;
  readonly streams: StreamUse[] = [];
  readonly drawings: Drawing[] = [];
  readonly #objects: ObjectAccess;
  readonly #fonts: FontCache;
  readonly #budget: WorkBudget;
  readonly #pageArea: number;
  readonly #running = new Set<PdfStream>();
  #state: GraphicsState;
  #stack: GraphicsState[] = [];
  #textMatrix: Matrix = IDENTITY;
  #lineMatrix: Matrix = IDENTITY;

  constructor(
    objects: ObjectAccess,
    fonts: FontCache,
    budget: WorkBudget,
    base: Matrix,
    pageArea: number,
    replaced: ReadonlySet<string>,
  ) {
    this.marked = new MarkedContent(objects, replaced);
    this.#objects = objects;
    this.#fonts = fonts;
    this.#budget = budget;
    this.#pageArea = pageArea;
    this.pen = new TextPen(budget);
    this.#state = initialState(base);
  }

  /** Registers one more run of a stream. */
  use(
    parent: number,
    operation: number,
    form: PdfStream | undefined,
    resources: PdfDict | undefined,
  ): StreamUse {
    const made = { id: this.streams.length, parent, operation, form, resources };
    this.streams.push(made);
    return made;
  }

  run(bytes: Uint8Array, use: StreamUse, depth: number): void {
    const lexer = new ContentLexer(bytes);
    const path = new PathTracker();
    let number = 0;
    for (let operation = lexer.next(); operation; operation = lexer.next()) {
      this.#budget.spend('operators', 1);
      const drawn = path.take(operation, this.#state.matrix);
      if (drawn) {
        this.paints = true;
        this.#path(drawn, use.id, number);
      } else this.#execute(operation, use, number, depth);
      if (path.clip) clipBy(this.#state, path.clip);
      path.clip = undefined;
      number++;
    }
  }

  #path(path: PaintedPath, stream: number, operation: number): void {
    const seen = seenOf(this.#state, path);
    // What is clipped away altogether is no drawing, wherever it would be.
    if (seen) this.#drawn({ ...path, ...seen, kind: 'path', stream, operation });
  }

  #drawn(drawing: Drawing): void {
    if (this.drawings.length < MAX_DRAWINGS) this.drawings.push(drawing);
  }

  #execute({ operator, operands }: Operation, use: StreamUse, at: number, depth: number): void {
    const state = this.#state;
    const first = operands[0];
    const number = typeof first === 'number' ? first : 0;
    switch (operator) {
      case 'q':
        // Deeper than any real file: keep the memory bounded and let Q run dry.
        if (this.#stack.length < 1024) this.#stack.push({ ...state });
        return;
      case 'Q':
        this.#state = this.#stack.pop() ?? state;
        return;
      case 'cm': {
        const matrix = matrixFrom(numbers(operands));
        if (matrix) state.matrix = multiply(matrix, state.matrix);
        return;
      }
      case 'BT':
        this.#textMatrix = IDENTITY;
        this.#lineMatrix = IDENTITY;
        return;
      case 'Tf':
        if (first instanceof ContentName)
          state.font = this.#fonts.get(use.resources, first.name) ?? state.font;
        if (typeof operands[1] === 'number') state.fontSize = operands[1];
        return;
      case 'Tc':
        state.characterSpacing = number;
        return;
      case 'Tw':
        state.wordSpacing = number;
        return;
      case 'Tz':
        state.scale = number / 100;
        return;
      case 'TL':
        state.leading = number;
        return;
      case 'Tr':
        state.isUnseen = number === INVISIBLE;
        return;
      case 'Ts':
        state.rise = number;
        return;
      case 'TD':
        state.leading = -(numbers(operands)[1] ?? 0);
        this.#moveLine(numbers(operands));
        return;
      case 'Td':
        this.#moveLine(numbers(operands));
        return;
      case 'Tm':
        this.#textMatrix = matrixFrom(numbers(operands)) ?? this.#textMatrix;
        this.#lineMatrix = this.#textMatrix;
        return;
      case 'T*':
        this.#moveLine([0, -state.leading]);
        return;
      case 'Tj':
        this.#show([first], use.id, at);
        return;
      case 'TJ':
        if (Array.isArray(first)) this.#show(first, use.id, at);
        return;
      case "'":
        this.#moveLine([0, -state.leading]);
        this.#show([first], use.id, at);
        return;
      case '"':
        state.wordSpacing = number;
        if (typeof operands[1] === 'number') state.characterSpacing = operands[1];
        this.#moveLine([0, -state.leading]);
        this.#show([operands[2]], use.id, at);
        return;
      case 'BMC':
        this.marked.begin(undefined, use, at);
        return;
      case 'BDC':
        this.marked.begin(operands[1], use, at);
        return;
      case 'EMC':
        this.marked.end();
        return;
      case 'sh':
        this.paints = true;
        return;
      case 'BI':
        this.#image(use.id, at);
        return;
      case 'Do':
        if (first instanceof ContentName) this.#draw(first.name, use, at, depth);
        return;
      default:
        return; // paths and colours carry no text
    }
  }

  #moveLine([x = 0, y = 0]: number[]): void {
    this.#lineMatrix = multiply([1, 0, 0, 1, x, y], this.#lineMatrix);
    this.#textMatrix = this.#lineMatrix;
  }

  #show(items: readonly (Operand | undefined)[], stream: number, operation: number): void {
    const { font, fontSize, scale, characterSpacing, wordSpacing, rise, matrix, isUnseen } = this.#state;
    if (!font) {
      this.paints = true;
      return;
    }
    if (!isUnseen) this.#fonts.see(font);
    const advance = (distance: number): void => {
      const move: Matrix = font.vertical ? [1, 0, 0, 1, 0, distance] : [1, 0, 0, 1, distance * scale, 0];
      this.#textMatrix = multiply(move, this.#textMatrix);
    };
    const isWhole = items.length < MAX_ITEMS;
    this.#budget.spend('operators', isWhole ? Math.floor(items.length / ITEMS_OF_OPERATOR) : Infinity);
    this.pen.startShow(
      font,
      fontSize,
      font.vertical ? characterSpacing : characterSpacing * scale,
      stream,
      operation,
    );
    let offset = 0;
    for (const item of items) {
      if (typeof item === 'number') advance((-item / 1000) * fontSize);
      if (!(item instanceof Uint8Array)) continue;
      for (const glyph of font.decode(item)) {
        const length = font.vertical ? -fontSize : glyph.width * fontSize;
        const place = multiply(this.#textMatrix, matrix);
        const at = { from: offset, to: offset + glyph.bytes };
        if (glyph.isGuess) this.guessedGlyphs++;
        if (!isSpace(glyph.text)) this.paints = true;
        this.pen.glyph(
          this.marked.read(glyph.text),
          font.vertical ? multiply(DOWNWARDS, place) : place,
          font.vertical ? fontSize : length * scale,
          rise,
          glyph.fixedPitch,
          at,
        );
        offset = at.to;
        const spacing = characterSpacing + (glyph.isWordSpace ? wordSpacing : 0);
        advance(length + (font.vertical ? -spacing : spacing));
      }
    }
  }

  #draw(name: string, use: StreamUse, at: number, depth: number): void {
    const object = this.#objects.stream(this.#objects.dict(use.resources, 'XObject'), name);
    if (!object) return;
    const kind = this.#objects.name(object, 'Subtype');
    if (kind === 'Image') this.#image(use.id, at);
    // A form too deep to be looked into may paint.
    if (kind !== 'Image' && (kind !== 'Form' || depth >= MAX_FORM_DEPTH)) this.paints = true;
    if (kind !== 'Form' || depth >= MAX_FORM_DEPTH || this.#running.has(object)) return;
    this.#budget.spend('operators', OPERATORS_OF_FORM);
    const bytes = decodeStream(object, this.#budget);
    if (!bytes) {
      this.unreadable = true;
      return;
    }
    const matrix = matrixFrom(this.#objects.numbers(object, 'Matrix'));
    const outer = { state: { ...this.#state }, stack: this.#stack };
    if (matrix) this.#state.matrix = multiply(matrix, this.#state.matrix);
    const box = boxFrom(this.#state.matrix, this.#objects.numbers(object, 'BBox'));
    if (box) clipBy(this.#state, box);
    this.#stack = [];
    this.#running.add(object);
    const resources = this.#objects.dict(object, 'Resources') ?? use.resources;
    this.run(bytes, this.use(use.id, at, object, resources), depth + 1);
    this.#running.delete(object);
    this.#state = outer.state;
    this.#stack = outer.stack;
  }

  #image(stream: number, operation: number): void {
    this.images++;
    this.paints = true;
    const place = unitSquare(this.#state.matrix);
    this.#drawn({ ...place, slanted: 0, segments: 0, kind: 'image', stream, operation });
    const [a, b, c, d] = this.#state.matrix;
    const share = Math.abs(a * d - b * c) / (this.#pageArea || 1);
    if (Number.isFinite(share)) this.largestImageShare = Math.max(this.largestImageShare, Math.min(1, share));
  }
}

function isSpace(text: string): boolean {
  return text !== '' && text.trim() === '';
}

function numbers(operands: readonly Operand[]): number[] {
  return operands.filter((operand) => typeof operand === 'number');
}

/** What is wrong with a document, for a log line. Never holds content of the document. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

const LT = 60;
const GT = 62;
const SLASH = 47;
const BANG = 33;
const QUESTION = 63;
const COLON = 58;

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 9 || code === 13;

/** Letters, digits, `_ - . :` and everything beyond ASCII. Digits first in a name are let pass. */
const isNameChar = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 58) ||
  code === 95 ||
  code === 45 ||
  code === 46 ||
  code > 127;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Decodes entities and normalises line ends as XML says. @throws XmlError for an entity XML does not define. */
const decodeText = (raw: string): string => {
  let text = raw;
  if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
  if (!text.includes('&')) return text;
  // The quotes of every ETag; a plain search is ten times as fast as the general case, and cannot decode twice.
  text = text.replaceAll('&quot;', '"');
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(';')) throw new XmlError('a bare ampersand');
    const known = ENTITIES[name];
    if (known !== undefined) return known;
    const hex = /^#x([0-9a-fA-F]{1,6})$/.exec(name)?.[1];
    const decimal = /^#(\d{1,7})$/.exec(name)?.[1];
    const point = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
    if (!(point >= 0 && point <= 0x10_ff_ff) || (point >= 0xd800 && point <= 0xdfff)) {
      throw new XmlError('an unknown entity');
    }
    return String.fromCodePoint(point);
  });
};

/**
 * Walks an XML text element by element without building a tree. It checks what loses data when it is wrong (tags
 * nest and close, nothing is cut off, entities exist), and no more; DOCTYPE is refused.
 *
 * Use: `const name = reader.root()`, then `reader.child()` until null, and for each child exactly one of `text()`,
 * `skip()` or a nested loop of `child()`; at the end `reader.end()`.
 */
export class XmlReader {
  readonly #xml: string;
  #pos = 0;
  /** Qualified names of the open elements, innermost last. */
  readonly #open: string[] = [];
  /** The element just opened was `<a/>`: it has no content and is closed already. */
  #empty = false;

  constructor(xml: string) {
    this.#xml = xml;
  }

  /** Opens the root element and returns its local name. */
  root(): string {
    if (this.#xml.charCodeAt(0) === 0xfeff) this.#pos = 1;
    this.#misc();
    if (this.#xml.charCodeAt(this.#pos) !== LT) throw new XmlError('no root element');
    return this.#openTag();
  }

  /** Opens the next child of the current element and returns its local name; null closes the current element. */
  child(): string | null {
    if (this.#empty) {
      this.#empty = false;
      this.#open.pop();
      return null;
    }
    this.#misc();
    if (this.#xml.charCodeAt(this.#pos) !== LT) throw new XmlError('text between elements, or the end');
    if (this.#xml.charCodeAt(this.#pos + 1) === SLASH) {
      this.#closeTag();
      return null;
    }
    return this.#openTag();
  }

  /** Text of the current element, which must have no child elements, and closes it. */
  text(): string {
    if (this.#empty) {
      this.#empty = false;
      this.#open.pop();
      return '';
    }
    let text = '';
    for (;;) {
      const next = this.#xml.indexOf('<', this.#pos);
      if (next < 0) throw new XmlError('cut off in a text');
      const part = next === this.#pos ? '' : decodeText(this.#xml.slice(this.#pos, next));
      text = text === '' ? part : text + part;
      this.#pos = next;
      const code = this.#xml.charCodeAt(next + 1);
      if (code === SLASH) {
        this.#closeTag();
        return text;
      }
      if (code !== BANG && code !== QUESTION) throw new XmlError('an element where text is wanted');
      if (this.#xml.startsWith('<![CDATA[', next)) {
        const close = this.#xml.indexOf(']]>', next);
        if (close < 0) throw new XmlError('cut off in CDATA');
        text += this.#xml.slice(next + 9, close).replace(/\r\n?/g, '\n');
        this.#pos = close + 3;
      } else {
        this.#skipMarkup();
      }
    }
  }

  /** Text of the current element, or null when it has child elements; closes it either way. */
  content(): string | null {
    const [pos, depth, empty] = [this.#pos, this.#open.length, this.#empty];
    const name = this.#open.at(-1);
    try {
      return this.text();
    } catch (error) {
      if (!(error instanceof XmlError) || name === undefined || this.#open.length !== depth) throw error;
      this.#pos = pos;
      this.#empty = empty;
      this.skip();
      return null;
    }
  }

  /** Passes over the current element with all it holds, and closes it. */
  skip(): void {
    if (this.#empty) {
      this.#empty = false;
      this.#open.pop();
      return;
    }
    const depth = this.#open.length - 1;
    for (;;) {
      const next = this.#xml.indexOf('<', this.#pos);
      if (next < 0) throw new XmlError('cut off');
      if (next > this.#pos) decodeText(this.#xml.slice(this.#pos, next));
      this.#pos = next;
      const code = this.#xml.charCodeAt(next + 1);
      if (code === SLASH) {
        this.#closeTag();
        if (this.#open.length === depth) return;
      } else if (this.#xml.startsWith('<![CDATA[', next)) {
        const close = this.#xml.indexOf(']]>', next);
        if (close < 0) throw new XmlError('cut off in CDATA');
        this.#pos = close + 3;
      } else if (code === BANG || code === QUESTION) {
        this.#skipMarkup();
      } else {
        this.#openTag();
        if (this.#empty) {
          this.#empty = false;
          this.#open.pop();
        }
      }
    }
  }

  /** @throws XmlError when anything but white space and comments follows the root element. */
  end(): void {
    this.#misc();
    if (this.#pos < this.#xml.length || this.#open.length > 0) throw new XmlError('content after the end');
  }

  /** White space, comments and processing instructions. */
  #misc(): void {
    for (;;) {
      while (isSpace(this.#xml.charCodeAt(this.#pos))) this.#pos += 1;
      if (this.#xml.charCodeAt(this.#pos) !== LT) return;
      const code = this.#xml.charCodeAt(this.#pos + 1);
      if (code !== BANG && code !== QUESTION) return;
      this.#skipMarkup();
    }
  }

  #skipMarkup(): void {
    const [opening, closing] = this.#xml.startsWith('<!--', this.#pos) ? ['<!--', '-->'] : ['<?', '?>'];
    if (!this.#xml.startsWith(opening, this.#pos)) throw new XmlError('a declaration');
    const close = this.#xml.indexOf(closing, this.#pos + opening.length);
    if (close < 0) throw new XmlError('cut off in a comment');
    this.#pos = close + closing.length;
  }

  #openTag(): string {
    const xml = this.#xml;
    const start = this.#pos + 1;
    let pos = start;
    let local = start;
    let code = xml.charCodeAt(pos);
    while (isNameChar(code)) {
      if (code === COLON) local = pos + 1;
      pos += 1;
      code = xml.charCodeAt(pos);
    }
    if (pos === local) throw new XmlError('a tag without a name');
    const name = xml.slice(start, pos);
    if (code !== GT) pos = this.#attributes(pos);
    this.#empty = xml.charCodeAt(pos - 1) === SLASH;
    this.#open.push(name);
    this.#pos = pos + 1;
    return local === start ? name : xml.slice(local, start + name.length);
  }

  /** Passes over attributes; returns the position of the closing `>`. */
  #attributes(from: number): number {
    const xml = this.#xml;
    let pos = from;
    for (;;) {
      const before = pos;
      while (isSpace(xml.charCodeAt(pos))) pos += 1;
      const code = xml.charCodeAt(pos);
      if (code === GT) return pos;
      if (code === SLASH && xml.charCodeAt(pos + 1) === GT) return pos + 1;
      if (pos === before || !isNameChar(code)) throw new XmlError('a malformed tag');
      while (isNameChar(xml.charCodeAt(pos))) pos += 1;
      while (isSpace(xml.charCodeAt(pos))) pos += 1;
      if (xml[pos] !== '=') throw new XmlError('a malformed attribute');
      pos += 1;
      while (isSpace(xml.charCodeAt(pos))) pos += 1;
      const quote = xml[pos];
      if (quote !== '"' && quote !== "'") throw new XmlError('a malformed attribute');
      const close = xml.indexOf(quote, pos + 1);
      if (close < 0) throw new XmlError('cut off in an attribute');
      pos = close + 1;
    }
  }

  #closeTag(): void {
    const name = this.#open.pop();
    if (name === undefined || !this.#xml.startsWith(name, this.#pos + 2))
      throw new XmlError('tags do not match');
    let pos = this.#pos + 2 + name.length;
    while (isSpace(this.#xml.charCodeAt(pos))) pos += 1;
    if (this.#xml.charCodeAt(pos) !== GT) throw new XmlError('tags do not match');
    this.#pos = pos + 1;
  }
}

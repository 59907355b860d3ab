import {
  PDF,
  PdfArray,
  PdfBool,
  PdfDict,
  PdfName,
  PdfNull,
  PdfNumber,
  PdfRef,
  PdfStream,
  PdfString,
} from '@libpdf/core';

/** Any object but a reference. */
export type Resolved = Exclude<ReturnType<PDF['context']['resolve']>, PdfRef | PdfNull | null>;

/** Typed, reference-following reads of a document's objects. Absent and of the wrong kind are both undefined. */
export class ObjectAccess {
  readonly pdf: PDF;

  constructor(pdf: PDF) {
    this.pdf = pdf;
  }

  resolve(value: unknown): Resolved | undefined {
    let object = value;
    for (let hops = 0; object instanceof PdfRef; hops++) {
      if (hops > 16) return undefined;
      object = this.pdf.context.resolve(object);
    }
    return object === null || object === undefined || object instanceof PdfNull
      ? undefined
      : (object as Resolved);
  }

  dict(parent: PdfDict | undefined, key: string): PdfDict | undefined {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfDict ? object : undefined;
  }

  stream(parent: PdfDict | undefined, key: string): PdfStream | undefined {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfStream ? object : undefined;
  }

  /** The elements of an array, resolved; a single object counts as an array of one. */
  list(parent: PdfDict | undefined, key: string): (Resolved | undefined)[] {
    const object = this.resolve(parent?.get(key));
    if (object === undefined) return [];
    return object instanceof PdfArray ? this.elements(object) : [object];
  }

  /** How many elements {@link list} has. */
  length(parent: PdfDict | undefined, key: string): number {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfArray ? object.length : object === undefined ? 0 : 1;
  }

  elements(array: PdfArray): (Resolved | undefined)[] {
    return array.toArray().map((item) => this.resolve(item));
  }

  /** What an element of an array refers to, if it is a reference. */
  reference(parent: PdfDict | undefined, key: string, at: number): PdfRef | undefined {
    const object = this.resolve(parent?.get(key));
    const item: unknown = object instanceof PdfArray ? object.at(at) : undefined;
    return item instanceof PdfRef ? item : undefined;
  }

  name(parent: PdfDict | undefined, key: string): string | undefined {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfName ? object.value : undefined;
  }

  number(parent: PdfDict | undefined, key: string): number | undefined {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfNumber ? object.value : undefined;
  }

  bool(parent: PdfDict | undefined, key: string): boolean | undefined {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfBool ? object.value : undefined;
  }

  text(parent: PdfDict | undefined, key: string): string | undefined {
    const object = this.resolve(parent?.get(key));
    return object instanceof PdfString ? decodeTextString(object.bytes) : undefined;
  }

  numbers(parent: PdfDict | undefined, key: string): number[] {
    const object = this.resolve(parent?.get(key));
    if (!(object instanceof PdfArray)) return [];
    return this.elements(object).flatMap((item) => (item instanceof PdfNumber ? [item.value] : []));
  }

  /** A page attribute, from the page or the nodes above it. */
  inherited(page: PdfDict, key: string): Resolved | undefined {
    let node: PdfDict | undefined = page;
    for (let depth = 0; node !== undefined && depth < 64; depth++) {
      const value = this.resolve(node.get(key));
      if (value !== undefined) return value;
      node = this.dict(node, 'Parent');
    }
    return undefined;
  }
}

/** A text string: UTF-16 with byte order mark, UTF-8 with byte order mark, or PDFDocEncoding. */
export function decodeTextString(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes.subarray(2));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return new TextDecoder().decode(bytes.subarray(3));
  return new PdfString(bytes).asString();
}

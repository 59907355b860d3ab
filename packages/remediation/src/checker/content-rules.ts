import { PdfDict, type PdfStream } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import { decodeStream } from '../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import { ContentLexer, ContentName, type Operation } from '../text/content-lexer.ts';
import { readPageContent } from '../text/page-content.ts';
import type { Findings, RuleId } from './rules.ts';
import { ownerOfContent, type StructureTree } from './structure-tree.ts';

const SHOWS_TEXT = new Set(['Tj', 'TJ', "'", '"']);
const PAINTS = new Set(['S', 's', 'f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 'sh', 'BI']);
const MAX_DEPTH = 12;

interface Marked {
  readonly tagged: boolean;
  readonly artifact: boolean;
  /** A language is known for what is inside. */
  readonly language: boolean;
}

/** One run of a content stream. */
interface Run {
  readonly resources: PdfDict | undefined;
  /** Its key in the parent tree. */
  readonly key: number | undefined;
  readonly inside: Marked;
  readonly depth: number;
}

/** Checks what is marked in content streams; a rule is counted once a page. */
export class ContentRules {
  readonly #objects: ObjectAccess;
  readonly #tree: StructureTree | undefined;
  readonly #budget: WorkBudget;
  readonly #findings: Findings;
  readonly #hasLanguage: boolean;
  /** Forms with marked content of their own, by how often they have been drawn. */
  readonly #drawn = new Map<PdfStream, number>();
  readonly #running = new Set<PdfStream>();
  #failed = new Set<RuleId>();

  constructor(
    objects: ObjectAccess,
    tree: StructureTree | undefined,
    budget: WorkBudget,
    findings: Findings,
  ) {
    this.#objects = objects;
    this.#tree = tree;
    this.#budget = budget;
    this.#findings = findings;
    this.#hasLanguage = (objects.text(objects.pdf.getCatalog(), 'Lang') ?? '') !== '';
  }

  checkPage(page: PdfDict): void {
    const { bytes } = readPageContent(this.#objects, page, this.#budget);
    this.#failed = new Set();
    const resources = this.#objects.inherited(page, 'Resources');
    this.#run(bytes, {
      resources: resources instanceof PdfDict ? resources : undefined,
      key: this.#objects.number(page, 'StructParents'),
      inside: { tagged: false, artifact: false, language: this.#hasLanguage },
      depth: 0,
    });
    for (const rule of this.#failed) this.#findings.fail(rule);
  }

  /** @returns whether it has marked content with ids of its own */
  #run(bytes: Uint8Array, run: Run): boolean {
    const lexer = new ContentLexer(bytes);
    const open: Marked[] = [];
    let hasIds = false;
    for (let operation = lexer.next(); operation; operation = lexer.next()) {
      this.#budget.spend('operators', 1);
      const inside = open.at(-1) ?? run.inside;
      const { operator } = operation;
      if (operator === 'BMC' || operator === 'BDC') {
        const { marked, hasId } = this.#mark(operation, run, inside);
        hasIds ||= hasId;
        // Deeper than any real file: what is inside counts as the innermost that was kept.
        if (open.length < 1024) open.push(marked);
      } else if (operator === 'EMC') open.pop();
      else if (SHOWS_TEXT.has(operator)) {
        this.#content(inside);
        if (!inside.language) this.#failed.add('7.2-34');
      } else if (PAINTS.has(operator)) this.#content(inside);
      else if (operator === 'Do') this.#draw(operation, run, inside);
    }
    return hasIds;
  }

  #content(inside: Marked): void {
    if (!inside.tagged && !inside.artifact) this.#failed.add('7.1-3');
  }

  #mark({ operands }: Operation, run: Run, inside: Marked): { marked: Marked; hasId: boolean } {
    const [tag, properties] = operands;
    const artifact = tag instanceof ContentName && tag.name === 'Artifact';
    const named =
      properties instanceof ContentName
        ? this.#objects.dict(this.#objects.dict(run.resources, 'Properties'), properties.name)
        : undefined;
    const direct = properties instanceof Map ? properties.get('MCID') : undefined;
    const mcid = typeof direct === 'number' ? direct : this.#objects.number(named, 'MCID');
    const owner =
      mcid !== undefined && this.#tree ? ownerOfContent(this.#objects, this.#tree, run.key, mcid) : undefined;
    const language =
      inside.language ||
      (properties instanceof Map ? properties.has('Lang') : named?.has('Lang')) === true ||
      owner?.hasLanguage === true;
    const tagged = inside.tagged || owner !== undefined;
    if (artifact && inside.tagged) this.#failed.add('7.1-1');
    if (owner && (inside.artifact || artifact)) this.#failed.add('7.1-2');
    return {
      marked: { tagged, artifact: inside.artifact || artifact, language },
      hasId: mcid !== undefined,
    };
  }

  #draw({ operands: [name] }: Operation, run: Run, inside: Marked): void {
    if (!(name instanceof ContentName)) return;
    const object = this.#objects.stream(this.#objects.dict(run.resources, 'XObject'), name.name);
    if (!object) return;
    if (this.#objects.name(object, 'Subtype') !== 'Form') {
      this.#content(inside);
      return;
    }
    if (object.has('Ref')) this.#failed.add('7.20-1');
    if (run.depth >= MAX_DEPTH || this.#running.has(object)) return;
    const bytes = decodeStream(object, this.#budget);
    if (!bytes) return;
    this.#running.add(object);
    const hasIds = this.#run(bytes, {
      resources: this.#objects.dict(object, 'Resources') ?? run.resources,
      key: this.#objects.number(object, 'StructParents'),
      inside,
      depth: run.depth + 1,
    });
    this.#running.delete(object);
    const times = (this.#drawn.get(object) ?? 0) + 1;
    this.#drawn.set(object, times);
    if (hasIds && times > 1) this.#failed.add('7.20-2');
  }
}

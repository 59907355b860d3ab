import { PdfArray, PdfDict, PdfName, PdfNumber, PdfRef } from '@libpdf/core';
import type { WorkBudget } from '../budget.ts';
import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Findings, RuleId } from './rules.ts';

/** An element of a structure tree as a reader sees it. */
export interface StructureElement {
  /** Standard type that its own is mapped to; its own when there is none. */
  readonly type: string;
  readonly dict: PdfDict;
  readonly parent: StructureElement | undefined;
  /** It has a language, or something that it stands in. */
  readonly hasLanguage: boolean;
  readonly children: StructureElement[];
  /** Annotations that it refers to. */
  annotations: number;
  /** Pieces of marked content that it refers to. */
  contents: number;
}

export interface StructureTree {
  /** In the order of the document. */
  readonly elements: readonly StructureElement[];
  readonly byDict: ReadonlyMap<PdfDict, StructureElement>;
  /** What the parent tree holds under a key of a page, form or annotation. */
  readonly parents: ReadonlyMap<number, unknown>;
  readonly root: PdfDict;
}

/** What a tree is read from, and with how much work. */
export interface Reading {
  readonly objects: ObjectAccess;
  readonly budget: WorkBudget;
}

/** Structure types that PDF 1.7 itself explains. */
export const STANDARD_TYPES = new Set(
  (
    'Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl ' +
    'LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Ruby RB RT RP Warichu ' +
    'WT WP Figure Formula Form'
  ).split(' '),
);
/** Deeper than any real tree. */
const MAX_DEPTH = 200;

/** Reads the structure tree; what is wrong with its mappings and parents is noted on the way. */
export function readStructureTree(
  objects: ObjectAccess,
  budget: WorkBudget,
  findings: Findings,
): StructureTree | undefined {
  const root = objects.dict(objects.pdf.getCatalog(), 'StructTreeRoot');
  if (!root) return undefined;
  const elements: StructureElement[] = [];
  const byDict = new Map<PdfDict, StructureElement>();
  const standard = roleReader(objects, objects.dict(root, 'RoleMap'), findings);
  const visit = (value: unknown, parent: StructureElement | undefined, depth: number): void => {
    budget.spend('operators', 1);
    const object = objects.resolve(value);
    if (depth > MAX_DEPTH || object === undefined) return;
    if (object instanceof PdfArray) {
      for (const item of object.toArray()) visit(item, parent, depth + 1);
    } else if (object instanceof PdfNumber) {
      if (parent) parent.contents++;
    } else if (object instanceof PdfDict) {
      const kind = objects.name(object, 'Type');
      if (kind === 'MCR' && parent) parent.contents++;
      if (kind === 'OBJR' && parent) parent.annotations++;
      const own = objects.name(object, 'S');
      if (kind === 'MCR' || kind === 'OBJR' || own === undefined || byDict.has(object)) return;
      findings.require(object.has('P'), '7.1-12');
      const element: StructureElement = {
        type: standard(own),
        dict: object,
        parent,
        hasLanguage: parent?.hasLanguage === true || object.has('Lang'),
        children: [],
        annotations: 0,
        contents: 0,
      };
      parent?.children.push(element);
      elements.push(element);
      byDict.set(object, element);
      visit(object.get('K'), element, depth + 1);
    }
  };
  visit(root.get('K'), undefined, 0);
  return { elements, byDict, parents: parentTree(objects, root, budget), root };
}

/** What a type is mapped to, and the rule that its mapping breaks. */
interface Role {
  readonly type: string;
  readonly fails: RuleId | undefined;
}

function roleReader(
  objects: ObjectAccess,
  roles: PdfDict | undefined,
  findings: Findings,
): (own: string) => string {
  const known = new Map<string, Role>();
  const roleOf = (own: string): Role => {
    const path = new Set<string>();
    let type = own;
    let role: Role | undefined;
    while (!role) {
      const next = objects.name(roles, type);
      if (known.has(type)) role = known.get(type);
      else if (STANDARD_TYPES.has(type)) role = { type, fails: undefined };
      else if (next === undefined || path.has(type))
        role = { type, fails: next === undefined ? '7.1-5' : '7.1-6' };
      else {
        path.add(type);
        type = next;
      }
    }
    for (const each of path.add(own)) known.set(each, role);
    return role;
  };
  return (own) => {
    if (!known.has(own) && STANDARD_TYPES.has(own) && roles?.has(own)) findings.fail('7.1-7');
    const { type, fails } = roleOf(own);
    if (fails) findings.fail(fails);
    return type;
  };
}

function parentTree(objects: ObjectAccess, root: PdfDict, budget: WorkBudget): Map<number, unknown> {
  const parents = new Map<number, unknown>();
  const seen = new Set<PdfDict>();
  const visit = (node: PdfDict, depth: number): void => {
    budget.spend('operators', 1);
    if (depth > MAX_DEPTH || seen.has(node)) return;
    seen.add(node);
    const numbers = objects.resolve(node.get('Nums'));
    const items = numbers instanceof PdfArray ? numbers.toArray() : [];
    budget.spend('operators', items.length);
    for (let at = 0; at + 1 < items.length; at += 2) {
      const key = objects.resolve(items[at]);
      if (key instanceof PdfNumber) parents.set(key.value, items[at + 1]);
    }
    for (const kid of objects.list(node, 'Kids')) if (kid instanceof PdfDict) visit(kid, depth + 1);
  };
  const top = objects.dict(root, 'ParentTree');
  if (top) visit(top, 0);
  return parents;
}

/** The element that a page's or form's marked content belongs to, by way of the parent tree. */
export function ownerOfContent(
  objects: ObjectAccess,
  tree: StructureTree,
  key: number | undefined,
  mcid: number,
): StructureElement | undefined {
  const owners = key === undefined ? undefined : objects.resolve(tree.parents.get(key));
  const owner = owners instanceof PdfArray && mcid >= 0 ? objects.resolve(owners.at(mcid)) : undefined;
  return owner instanceof PdfDict ? tree.byDict.get(owner) : undefined;
}

/** The element that an annotation belongs to. */
export function ownerOfAnnotation(
  objects: ObjectAccess,
  tree: StructureTree | undefined,
  annotation: PdfDict,
): StructureElement | undefined {
  const key = objects.number(annotation, 'StructParent');
  const value = key === undefined ? undefined : tree?.parents.get(key);
  const owner = value instanceof PdfRef || value instanceof PdfDict ? objects.resolve(value) : undefined;
  return owner instanceof PdfDict ? tree?.byDict.get(owner) : undefined;
}

/**
 * An attribute of an element, from its own or from its classes.
 *
 * @throws RemediationRefused `pdf_too_complex` when the budget is used up: elements may share long lists of them
 */
export function attribute(
  { objects, budget }: Reading,
  tree: StructureTree,
  element: StructureElement,
  owner: string,
  key: string,
): unknown {
  const spend = (parent: PdfDict | undefined, name: string): void =>
    budget.spend('operators', objects.length(parent, name));
  const map = objects.dict(tree.root, 'ClassMap');
  spend(element.dict, 'A');
  spend(element.dict, 'C');
  const classes = objects.list(element.dict, 'C').flatMap((item) => {
    if (!(item instanceof PdfName)) return [];
    spend(map, item.value);
    return objects.list(map, item.value);
  });
  for (const item of [...objects.list(element.dict, 'A'), ...classes])
    if (item instanceof PdfDict && objects.name(item, 'O') === owner && item.has(key))
      return objects.resolve(item.get(key));
  return undefined;
}

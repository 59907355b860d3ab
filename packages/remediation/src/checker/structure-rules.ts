import type { ObjectAccess } from '../pdf/object-access.ts';
import type { Findings, RuleId } from './rules.ts';
import { attribute, type Reading, type StructureElement, type StructureTree } from './structure-tree.ts';
import { checkTable } from './table-rules.ts';

interface Nesting {
  readonly rule: RuleId;
  readonly parents?: readonly string[];
  readonly children?: readonly string[];
}

const ROW_GROUP: Nesting = { rule: '7.2-nesting-table', parents: ['Table'], children: ['TR'] };
const CELL: Nesting = { rule: '7.2-nesting-table', parents: ['TR'] };

/** What each type may stand in and hold. */
const NESTING: Readonly<Record<string, Nesting>> = {
  Table: { rule: '7.2-nesting-table', children: ['TR', 'THead', 'TBody', 'TFoot', 'Caption'] },
  TR: {
    rule: '7.2-nesting-table',
    parents: ['Table', 'THead', 'TBody', 'TFoot'],
    children: ['TH', 'TD'],
  },
  THead: ROW_GROUP,
  TBody: ROW_GROUP,
  TFoot: ROW_GROUP,
  TH: CELL,
  TD: CELL,
  L: { rule: '7.2-nesting-list', children: ['L', 'LI', 'Caption'] },
  LI: { rule: '7.2-nesting-list', parents: ['L'], children: ['Lbl', 'LBody'] },
  LBody: { rule: '7.2-nesting-list', parents: ['LI'] },
  TOC: { rule: '7.2-nesting-toc', children: ['TOC', 'TOCI', 'Caption'] },
  TOCI: { rule: '7.2-nesting-toc', parents: ['TOC'] },
};

/** Checks what stands in what, headings, descriptions, notes and tables. */
export function checkStructure(reading: Reading, tree: StructureTree, findings: Findings): void {
  const { objects } = reading;
  const noteIds = new Set<string>();
  for (const element of tree.elements) {
    checkNesting(element, findings);
    const types = element.children.map(({ type }) => type);
    findings.require(types.filter((type) => type === 'H').length <= 1, '7.4.4-1');
    switch (element.type) {
      case 'Table':
        checkTable(reading, tree, element, findings);
        break;
      case 'Figure':
        findings.require(isDescribed(objects, element), '7.3-1');
        break;
      case 'Formula':
        findings.require(isDescribed(objects, element), '7.7-1');
        break;
      case 'Form': {
        const one = element.annotations === 1 && element.contents === 0 && element.children.length === 0;
        const role = attribute(reading, tree, element, 'PrintField', 'Role');
        findings.require(one || role !== undefined, '7.18.4-2');
        break;
      }
      case 'Note': {
        const id = objects.text(element.dict, 'ID') ?? '';
        if (id === '') findings.fail('7.9-1');
        else findings.require(!noteIds.has(id), '7.9-2');
        noteIds.add(id);
        break;
      }
    }
  }
  checkHeadings(tree, findings);
}

function checkNesting(element: StructureElement, findings: Findings): void {
  const nesting = Object.hasOwn(NESTING, element.type) ? NESTING[element.type] : undefined;
  if (!nesting) return;
  const { rule, parents, children } = nesting;
  findings.require(!parents || parents.includes(element.parent?.type ?? ''), rule);
  const types = element.children.map(({ type }) => type);
  findings.require(!children || types.every((type) => children.includes(type)), rule);
  const count = (type: string): number => types.filter((each) => each === type).length;
  if (element.type === 'Table') {
    const captions = count('Caption');
    const groups = count('THead') <= 1 && count('TFoot') <= 1;
    findings.require(groups, rule);
    findings.require(count('THead') + count('TFoot') === 0 || count('TBody') > 0, rule);
    const atAnEnd = types[0] === 'Caption' || types.at(-1) === 'Caption';
    findings.require(captions === 0 || (captions === 1 && atAnEnd), rule);
  }
  if (element.type === 'L' || element.type === 'TOC')
    findings.require(!types.slice(1).includes('Caption'), rule);
}

function checkHeadings(tree: StructureTree, findings: Findings): void {
  let level = 0;
  let numbered = 0;
  let unnumbered = 0;
  for (const { type } of tree.elements) {
    if (type === 'H') unnumbered++;
    if (!/^H[1-6]$/.test(type)) continue;
    numbered++;
    const own = Number(type[1]);
    findings.require(own <= level + 1, '7.4.2-1');
    level = own;
  }
  findings.require(numbered === 0 || unnumbered === 0, '7.4.4-2');
}

function isDescribed(objects: ObjectAccess, { dict }: StructureElement): boolean {
  return (objects.text(dict, 'Alt') ?? '') !== '' || objects.text(dict, 'ActualText') !== undefined;
}

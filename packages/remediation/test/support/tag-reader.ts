import { getDocumentProxy } from 'unpdf';

export interface TagNode {
  readonly role: string;
  readonly children: readonly TagNode[];
  readonly alt?: string;
}

interface TaggedPage {
  /** Ids of marked content that the page's tree refers to. */
  readonly tree: ReadonlySet<string>;
  /** Ids of marked content in the page's streams. */
  readonly markedIds: readonly string[];
  /** Text in no marked content. */
  readonly unmarkedText: string;
  /** Text of tagged content. */
  readonly text: string;
}

/** Reads structure and marked content with pdf.js, which shares no code with what is tested. */
export async function readTags(bytes: Uint8Array): Promise<{ roots: TagNode[]; pages: TaggedPage[] }> {
  const document = await getDocumentProxy(bytes.slice());
  const roots: TagNode[] = [];
  const pages: TaggedPage[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const page = await document.getPage(number);
    const tree = new Set<string>();
    const structure: unknown = await page.getStructTree();
    if (structure !== null) roots.push(nodeOf(structure, tree));
    const content = await page.getTextContent({ includeMarkedContent: true });
    const open: string[] = [];
    const markedIds: string[] = [];
    let unmarkedText = '';
    const text: string[] = [];
    for (const item of content.items) {
      if ('type' in item) {
        if (item.type === 'endMarkedContent') open.pop();
        else {
          open.push(item.id ?? String(field(item, 'tag')));
          if (item.id) markedIds.push(item.id);
        }
      } else if (open.length === 0) unmarkedText += item.str.trim();
      else if (!open.includes('Artifact') && item.str.trim() !== '') text.push(item.str.trim());
    }
    pages.push({ tree, markedIds, unmarkedText, text: text.join(' ') });
  }
  await document.loadingTask.destroy();
  return { roots, pages };
}

function nodeOf(value: unknown, ids: Set<string>): TagNode {
  const role = field(value, 'role');
  const children = field(value, 'children');
  const nodes: TagNode[] = [];
  for (const child of Array.isArray(children) ? children : []) {
    const id = field(child, 'id');
    if (field(child, 'type') === 'content' && typeof id === 'string') ids.add(id);
    else if (field(child, 'role') !== undefined) nodes.push(nodeOf(child, ids));
  }
  const alt = field(value, 'alt');
  const node = { role: String(role), children: nodes };
  return typeof alt === 'string' ? { ...node, alt } : node;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

import { printable } from '../text/characters.ts';

/** An XMP packet larger than this is replaced, not edited. */
const MAX_KEPT_CHARACTERS = 1_000_000;

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const UA = 'http://www.aiim.org/pdfua/ns/id/';
const DC = 'http://purl.org/dc/elements/1.1/';

/**
 * The packet with this title and language; everything else in it is kept.
 *
 * @param claimsUa adds the PDF/UA identification, takes it out, or (undefined) leaves what there is
 * @param existing the document's packet, if it has one that could be decoded
 */
export function updateXmp(
  existing: string | undefined,
  { title, language, claimsUa }: { title: string; language: string; claimsUa: boolean | undefined },
): string {
  const claim = claimsUa
    ? `<rdf:Description rdf:about="" xmlns:pdfuaid="${UA}" xmlns:rdf="${RDF}"><pdfuaid:part>1</pdfuaid:part></rdf:Description>`
    : '';
  const description =
    `<rdf:Description rdf:about="" xmlns:dc="${DC}" xmlns:rdf="${RDF}">` +
    `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(title)}</rdf:li></rdf:Alt></dc:title>` +
    `<dc:language><rdf:Bag><rdf:li>${escapeXml(language)}</rdf:li></rdf:Bag></dc:language>` +
    `</rdf:Description>${claim}`;
  if (existing !== undefined && isEditable(existing)) {
    const rest = ['dc:title', 'dc:language']
      .reduce(withoutElements, existing)
      .replace(/\sdc:(?:title|language)\s*=\s*(?:"[^"]*"|'[^']*')/g, '');
    const kept = claimsUa === undefined ? rest : withoutClaim(rest);
    const end = kept.lastIndexOf('</rdf:RDF>');
    return kept.slice(0, end) + description + kept.slice(end);
  }
  return (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n' +
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}">${description}</rdf:RDF></x:xmpmeta>\n` +
    '<?xpacket end="w"?>'
  );
}

function withoutClaim(packet: string): string {
  return ['pdfuaid:part', 'pdfuaid:rev', 'pdfuaid:amd']
    .reduce(withoutElements, packet)
    .replace(/\spdfuaid:(?:part|rev|amd)\s*=\s*(?:"[^"]*"|'[^']*')/g, '');
}

/** The document's title in its XMP packet, if it has one. */
export function xmpTitle(packet: string): string | undefined {
  const title = elementIn(packet, 'dc:title', 0);
  const item = title && elementIn(packet.slice(title.from, title.to), 'rdf:li', 0);
  return title && item && unescapeXml(packet.slice(title.from + item.from, title.from + item.to));
}

interface Found {
  /** Of the whole element, and of what is in it; the same where it is empty. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly end: number;
}

/** The next element of this name. Each part of the packet is looked at once: patterns would look for the end from each beginning. */
function elementIn(packet: string, name: string, after: number): Found | undefined {
  for (let start = packet.indexOf(`<${name}`, after); start >= 0; ) {
    const from = packet.indexOf('>', start) + 1;
    if (from === 0) return undefined;
    const opens = /[\s/>]/.test(packet[start + name.length + 1] ?? '');
    if (opens && packet[from - 2] === '/') return { start, from, to: from, end: from };
    const to = opens ? packet.indexOf(`</${name}>`, from) : -1;
    if (opens) return to < 0 ? undefined : { start, from, to, end: to + name.length + 3 };
    start = packet.indexOf(`<${name}`, from);
  }
  return undefined;
}

function withoutElements(packet: string, name: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let found = elementIn(packet, name, at); found; found = elementIn(packet, name, at)) {
    kept.push(packet.slice(at, found.start));
    at = found.end;
  }
  return kept.join('') + packet.slice(at);
}

/** Whether the packet is of the common shape that may be edited as text, with its elements closed in order. */
function isEditable(packet: string): boolean {
  if (packet.length > MAX_KEPT_CHARACTERS || packet.includes('\u0000')) return false;
  if (packet.includes('<!') || !/<rdf:RDF[\s>]/.test(packet)) return false;
  if (packet.split('</rdf:RDF>').length !== 2) return false;
  const open: string[] = [];
  for (const match of packet.matchAll(/<(\/?)([A-Za-z_][\w:.-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>/g)) {
    const [, closing, name = '', rest = ''] = match;
    if (closing) {
      if (open.pop() !== name) return false;
    } else if (!rest.trimEnd().endsWith('/')) open.push(name);
  }
  return open.length === 0;
}

function escapeXml(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g,
    (_, name, decimal, hex) => {
      const named = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }[String(name)];
      if (named !== undefined) return named;
      const point = decimal ? Number(decimal) : Number.parseInt(String(hex), 16);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
    },
  );
}

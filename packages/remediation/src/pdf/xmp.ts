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
    const rest = existing
      .replace(
        /<dc:(title|language)(?:\s[^>]*)?>[\s\S]*?<\/dc:\1>|<dc:(?:title|language)(?:\s[^>]*)?\/>/g,
        '',
      )
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
  return packet
    .replace(/<pdfuaid:(part|rev|amd)(?:\s[^>]*)?>[\s\S]*?<\/pdfuaid:\1>/g, '')
    .replace(/\spdfuaid:(?:part|rev|amd)\s*=\s*(?:"[^"]*"|'[^']*')/g, '');
}

/** The document's title in its XMP packet, if it has one. */
export function xmpTitle(packet: string): string | undefined {
  const title = /<dc:title[^>]*>([\s\S]*?)<\/dc:title>/.exec(packet)?.[1];
  const item = title && /<rdf:li[^>]*>([\s\S]*?)<\/rdf:li>/.exec(title)?.[1];
  return item === undefined ? undefined : unescapeXml(item);
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

/** The national character sets that predefined CMaps are named after, and the label of each in the Encoding Standard. */
const CHARACTER_SETS: readonly (readonly [RegExp, string])[] = [
  [/RKSJ/, 'shift_jis'],
  [/^(?:GB-EUC|GBK|GBKp|GBpc)/, 'gb18030'],
  [/-B5/, 'big5'],
  [/^B5pc/, 'big5'],
  [/^KSC/, 'euc-kr'],
  [/^EUC-/, 'euc-jp'],
];

/** How codes of a national character set are told apart, and what they mean. */
export interface LegacyEncoding {
  /** Length in bytes of the code that begins here. */
  lengthAt(bytes: Uint8Array, at: number): number;
  /** Empty for a code that stands for nothing. */
  textOf(code: Uint8Array): string;
}

/** The encoding that a predefined CMap stands for (`90ms-RKSJ-H`), where the runtime knows its character set. */
export function legacyEncoding(cmap: string): LegacyEncoding | undefined {
  if (/UCS2|UTF/.test(cmap)) return undefined;
  const label = CHARACTER_SETS.find(([pattern]) => pattern.test(cmap))?.[1];
  const decoder = label === undefined ? undefined : decoderFor(label);
  if (!decoder) return undefined;
  return {
    lengthAt(bytes, at) {
      const lead = bytes[at] ?? 0;
      const single = label === 'shift_jis' ? lead >= 0xa0 && lead < 0xe0 : false;
      if (lead <= 0x80 || lead === 0xff || single) return 1;
      const second = bytes[at + 1] ?? 0;
      return label === 'gb18030' && second >= 0x30 && second <= 0x39 ? 4 : 2;
    },
    textOf(code) {
      const text = decoder.decode(code);
      return text.includes('\ufffd') ? '' : text;
    },
  };
}

function decoderFor(label: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(label);
  } catch {
    return undefined; // not every runtime has every character set
  }
}

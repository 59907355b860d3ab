/**
 * Text of a glyph name as it stands in /Differences. Written down from the naming rules (a base letter and
 * the name of its accent compose under NFC; `uniXXXX`; `.alt` suffixes) plus the names no rule covers.
 */
const NAMED = new Map<string, string>(
  (
    'space= |exclam=!|quotedbl="|numbersign=#|dollar=$|percent=%|ampersand=&|quotesingle=\'|parenleft=(|' +
    'parenright=)|asterisk=*|plus=+|comma=,|hyphen=-|period=.|slash=/|zero=0|one=1|two=2|three=3|four=4|' +
    'five=5|six=6|seven=7|eight=8|nine=9|colon=:|semicolon=;|less=<|equal==|greater=>|question=?|at=@|' +
    'bracketleft=[|backslash=\\|bracketright=]|asciicircum=^|underscore=_|grave=`|braceleft={|' +
    'braceright=}|asciitilde=~|quoteleft=‘|quoteright=’|quotedblleft=“|quotedblright=”|quotesinglbase=‚|' +
    'quotedblbase=„|guillemotleft=«|guillemotright=»|guilsinglleft=‹|guilsinglright=›|endash=–|emdash=—|' +
    'bullet=•|ellipsis=…|dagger=†|daggerdbl=‡|perthousand=‰|periodcentered=·|middot=·|fraction=⁄|' +
    'exclamdown=¡|questiondown=¿|cent=¢|sterling=£|currency=¤|yen=¥|Euro=€|euro=€|section=§|paragraph=¶|' +
    'copyright=©|registered=®|trademark=™|degree=°|plusminus=±|multiply=×|divide=÷|minus=−|logicalnot=¬|' +
    'mu=µ|mu1=µ|ordfeminine=ª|ordmasculine=º|onesuperior=¹|twosuperior=²|threesuperior=³|onequarter=¼|' +
    'onehalf=½|threequarters=¾|brokenbar=¦|softhyphen=\u00ad|sfthyphen=\u00ad|nbspace=\u00a0|' +
    'nonbreakingspace=\u00a0|AE=Æ|ae=æ|OE=Œ|oe=œ|Oslash=Ø|oslash=ø|Lslash=Ł|lslash=ł|Dcroat=Đ|dcroat=đ|' +
    'Eth=Ð|eth=ð|Thorn=Þ|thorn=þ|germandbls=ß|dotlessi=ı|florin=ƒ|fi=fi|fl=fl|ff=ff|ffi=ffi|ffl=ffl|' +
    'infinity=∞|notequal=≠|lessequal=≤|greaterequal=≥|approxequal=≈|partialdiff=∂|summation=∑|product=∏|' +
    'integral=∫|radical=√|lozenge=◊|arrowleft=←|arrowup=↑|arrowright=→|arrowdown=↓|arrowboth=↔|' +
    'element=∈|emptyset=∅|intersection=∩|union=∪|checkmark=✓|filledbox=■|square=□|triagrt=►|circle=○|' +
    'Alpha=Α|Beta=Β|Gamma=Γ|Delta=Δ|Epsilon=Ε|Zeta=Ζ|Eta=Η|Theta=Θ|Iota=Ι|Kappa=Κ|Lambda=Λ|Mu=Μ|Nu=Ν|' +
    'Xi=Ξ|Omicron=Ο|Pi=Π|Rho=Ρ|Sigma=Σ|Tau=Τ|Upsilon=Υ|Phi=Φ|Chi=Χ|Psi=Ψ|Omega=Ω|alpha=α|beta=β|' +
    'gamma=γ|delta=δ|epsilon=ε|zeta=ζ|eta=η|theta=θ|iota=ι|kappa=κ|lambda=λ|nu=ν|xi=ξ|omicron=ο|pi=π|' +
    'rho=ρ|sigma=σ|sigma1=ς|tau=τ|upsilon=υ|phi=φ|chi=χ|psi=ψ|omega=ω|circumflex=ˆ|tilde=˜|dieresis=¨|' +
    'acute=´|cedilla=¸|caron=ˇ|breve=˘|dotaccent=˙|ring=˚|ogonek=˛|hungarumlaut=˝|macron=¯'
  )
    .split('|')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
);
NAMED.set('bar', '|');

/** Names of TeX's mathematical fonts, which are in no glyph list. */
const MATHEMATICAL =
  'circlecopyrt=◯|arrowhookright=↪|arrowhookleft=↩|arrowdblright=⇒|arrowdblleft=⇐|arrowdblboth=⇔|' +
  'arrowdblup=⇑|arrowdbldown=⇓|arrownortheast=↗|arrowsoutheast=↘|arrownorthwest=↖|arrowsouthwest=↙|' +
  'bardbl=‖|asteriskmath=∗|diamondmath=⋄|minusplus=∓|circleplus=⊕|circleminus=⊖|circlemultiply=⊗|' +
  'circledot=⊙|circledivide=⊘|openbullet=◦|equivalence=≡|similar=∼|similarequal=≃|proportional=∝|' +
  'lessmuch=≪|greatermuch=≫|precedes=≺|follows=≻|prime=′|universal=∀|existential=∃|logicaland=∧|' +
  'logicalor=∨|turnstileleft=⊢|turnstileright=⊣|floorleft=⌊|floorright=⌋|ceilingleft=⌈|ceilingright=⌉|' +
  'angbracketleft=⟨|angbracketright=⟩|latticetop=⊤|perpendicular=⊥|aleph=ℵ|owner=∋|' +
  'propersubset=⊂|propersuperset=⊃|reflexsubset=⊆|reflexsuperset=⊇|union=∪|intersection=∩|' +
  'mapsto=↦|triangleright=▷|triangleleft=◁|triangle=△|triangleinv=▽|star=⋆|club=♣|diamond=♢|heart=♡|spade=♠|' +
  'epsilon1=ε|theta1=ϑ|pi1=ϖ|rho1=ϱ|phi1=ϕ|lscript=ℓ|weierstrass=℘|dotlessj=ȷ|nabla=∇|slashbig=/|' +
  'summationtext=∑|summationdisplay=∑|producttext=∏|productdisplay=∏|integraltext=∫|integraldisplay=∫|' +
  'radicalbig=√|radicalBig=√|radicalbigg=√|radicalBigg=√|visiblespace=␣|bracelefttp=⎧|braceleftmid=⎨|' +
  'braceleftbt=⎩|bracerighttp=⎫|bracerightmid=⎬|bracerightbt=⎭|braceex=⎪|parenlefttp=⎛|parenleftbt=⎝|' +
  'parenrighttp=⎞|parenrightbt=⎠|bracketlefttp=⎡|bracketleftbt=⎣|bracketrighttp=⎤|bracketrightbt=⎦';
for (const pair of MATHEMATICAL.split('|')) {
  const at = pair.indexOf('=');
  if (!NAMED.has(pair.slice(0, at))) NAMED.set(pair.slice(0, at), pair.slice(at + 1));
}
for (const size of ['big', 'Big', 'bigg', 'Bigg'])
  for (const base of ['parenleft', 'parenright', 'bracketleft', 'bracketright', 'braceleft', 'braceright'])
    NAMED.set(base + size, NAMED.get(base) ?? '');

const ACCENTS: Record<string, string> = {
  grave: '\u0300',
  acute: '\u0301',
  circumflex: '\u0302',
  tilde: '\u0303',
  macron: '\u0304',
  breve: '\u0306',
  dotaccent: '\u0307',
  dot: '\u0307',
  dieresis: '\u0308',
  ring: '\u030a',
  hungarumlaut: '\u030b',
  caron: '\u030c',
  cedilla: '\u0327',
  commaaccent: '\u0327',
  ogonek: '\u0328',
};
const ACCENTED = new RegExp(`^([A-Za-z]|ae|AE|dotlessi)(${Object.keys(ACCENTS).join('|')})$`);

/** Text of a glyph name, or undefined when the name says nothing (`g12`, `.notdef`). */
export function glyphNameToText(name: string): string | undefined {
  const known = NAMED.get(name);
  if (known !== undefined) return known;
  if (/^[A-Za-z]$/.test(name)) return name;
  const hex = /^(?:uni([0-9A-F]{4})+|u([0-9A-F]{4,6}))$/.exec(name);
  if (hex) {
    const digits = hex[2] === undefined ? (name.slice(3).match(/.{4}/g) ?? []) : [hex[2]];
    const codes = digits.map((digit) => Number.parseInt(digit, 16));
    return codes.every((code) => code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
      ? String.fromCodePoint(...codes)
      : undefined;
  }
  const accented = ACCENTED.exec(name);
  if (accented) {
    const base = accented[1] === 'dotlessi' ? 'i' : (NAMED.get(accented[1] ?? '') ?? accented[1] ?? '');
    return (base + (ACCENTS[accented[2] ?? ''] ?? '')).normalize('NFC');
  }
  // afii10017–10049 and 10065–10097 are the Russian capital and small letters in order, with Ё at its place.
  const cyrillic = /^afii(100\d\d)$/.exec(name);
  if (cyrillic) return cyrillicByAfii(Number(cyrillic[1]));
  const base = /^([^.]+)\./.exec(name)?.[1];
  if (base !== undefined) return glyphNameToText(base);
  const parts = name.split('_');
  if (parts.length < 2 || parts.length > 4) return undefined;
  const texts = parts.map((part) => glyphNameToText(part));
  return texts.every((text) => text !== undefined) ? texts.join('') : undefined;
}

function cyrillicByAfii(number: number): string | undefined {
  const capital = number >= 10017 && number <= 10049;
  const small = number >= 10065 && number <= 10097;
  if (!capital && !small) return undefined;
  const index = number - (capital ? 10017 : 10065);
  const base = capital ? 0x410 : 0x430;
  if (index === 6) return capital ? 'Ё' : 'ё';
  return String.fromCharCode(base + (index > 6 ? index - 1 : index));
}

/** What stands in place of whatever was removed. */
export const REDACTED = '[redacted]';

// Names are compared without case and punctuation: `secret_access_key`, `X-Amz-Signature` and `dataKey` alike.
const SENSITIVE_PARTS = [
  'secret',
  'password',
  'passwd',
  'passphrase',
  'token',
  'authorization',
  'cookie',
  'apikey',
  'accesskey',
  'privatekey',
  'datakey',
  'wrappedkey',
  'sessionkey',
  'signingkey',
  'encryptionkey',
  'keymaterial',
  'keyring',
  'signature',
  'credential',
  'ciphertext',
  'plaintext',
  'presigned',
  'jwt',
  'bearer',
];
const SENSITIVE_NAMES = new Set(['pwd', 'sig', 'otp', 'kek', 'auth', 'pem', 'dsn']);
// Facts about a secret (`inputTokens: 812`, `secretVersion: 3`, `credentials_rotated_at`) stay readable.
const FACT_SUFFIX = /(?:tokens|count|bytes|length|version|ms|at|present|set)$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]{5,15}(?:Z|[+-]\d{2}:?\d{2})$/;

const flatten = (name: string): string =>
  name
    .slice(0, 256)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** Whether what is called `name` is a secret by its name. */
export const isSensitiveName = (name: string): boolean => {
  const flat = flatten(name);
  return SENSITIVE_NAMES.has(flat) || SENSITIVE_PARTS.some((part) => flat.includes(part));
};

/** Whether `value`, under a sensitive name, is a fact about the secret and not the secret. */
export const isHarmlessFact = (name: string, value: unknown): boolean => {
  if (value === null || value === undefined || typeof value === 'boolean') return true;
  const plain = typeof value === 'number' || (typeof value === 'string' && ISO_TIME.test(value));
  return plain && FACT_SUFFIX.test(flatten(name));
};

const NAMED =
  '(?:secret|passw|passphrase|token|api[_-]?key|access[_-]?key|private[_-]?key|data[_-]?key|key[_-]?material' +
  '|authorization|cookie|signature|credential)[\\w-]{0,40}';
const BARE_VALUE = `[^\\s"'&,;<>[\\]{}]+`;

type Replacement = readonly [RegExp, string];

// Every quantifier that could meet itself again is bounded: these run over text that others wrote.
const PATTERNS: readonly Replacement[] = [
  // PEM blocks, also with `\n` escaped, also cut off.
  [/-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/g, REDACTED],
  // A URL keeps origin and path. User info, query and fragment may each carry a credential.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#"'<>]{1,2048}@/gi, `$1${REDACTED}@`],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s?#"'<>]{0,4096})[?#][^\s"'<>]+/gi, `$1?${REDACTED}`],
  // Query strings without their URL, and URLs inside the query of another.
  [
    /\b((?:X-Amz-|X-Goog-)(?:Signature|Credential|Security-Token)|AWSAccessKeyId|Signature|sig|Credential)(=|(?:%25){0,3}%?3D)[^\s&,;"'<>]+/gi,
    `$1$2${REDACTED}`,
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,124}/g, REDACTED],
  [/\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){0,3}/g, REDACTED],
  [/\bwhsec_[A-Za-z0-9+/=_%-]+/g, REDACTED],
  [
    /\b(?:sb_secret_|sbp_|sk-|sk_|rk_|gsk_|xai-|AIza|gh[opsu]_|github_pat_|xox[abp]-)[A-Za-z0-9_-]{10,}/g,
    REDACTED,
  ],
  [/\b(Bearer|Basic|ApiKey)(\s+)(?=\S*[^a-z\s])[\w.~+/=%-]{6,}/gi, `$1$2${REDACTED}`],
  // `name: value` inside text: JSON, JSON escaped inside JSON (to any depth), then plain.
  [new RegExp(`(${NAMED}["']\\s{0,4}:\\s{0,4}")(?:[^"\\\\]|\\\\[\\s\\S])+`, 'gi'), `$1${REDACTED}`],
  [
    new RegExp(`(${NAMED}(\\\\{1,15})["']\\s{0,4}:\\s{0,4}\\2")[\\s\\S]*?(?=(?<!\\\\)\\2"|$)`, 'gi'),
    `$1${REDACTED}`,
  ],
  [new RegExp(`(${NAMED}\\s{0,2}[=:]\\s{0,2})(?:(?:Bearer|Basic)\\s+)?${BARE_VALUE}`, 'gi'), `$1${REDACTED}`],
];

/** Removes what looks like a secret from a text, keeping what surrounds it. */
export const redactPatterns = (text: string): string => {
  let result = text;
  for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
  return result;
};

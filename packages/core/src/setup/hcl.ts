/** A value of strings, lists and objects as an HCL expression, as `terraform fmt` writes it. */
export const hcl = (value: unknown, indent = '  '): string => {
  if (typeof value === 'string') return hclString(value);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((item) => `${inner}${hcl(item, inner)},\n`).join('')}${indent}]`;
  if (typeof value !== 'object' || value === null)
    throw new Error('only strings, lists and objects have a place here');
  const fields = Object.entries(value).map(([name, field]) => ({
    name: hclString(name),
    text: hcl(field, inner),
  }));
  return `{\n${fields
    .map(({ name, text }, at) => `${inner}${name.padEnd(widthAt(fields, at))} = ${text}\n`)
    .join('')}${indent}}`;
};

/** How wide names are written, as `terraform fmt` does: neighbours of one line each stand in a column. */
const widthAt = (fields: readonly { name: string; text: string }[], at: number): number => {
  const isLong = (index: number): boolean => fields[index]?.text.includes('\n') ?? true;
  if (isLong(at)) return 0;
  let [first, last] = [at, at];
  while (!isLong(first - 1)) first -= 1;
  while (!isLong(last + 1)) last += 1;
  return Math.max(...fields.slice(first, last + 1).map(({ name }) => name.length));
};

/** A quoted string. What would begin a template in it is written with its first character by number. */
const hclString = (text: string): string =>
  `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what is escaped
    .replaceAll(/[\u0000-\u001f\u007f]|[$%](?=\{)/g, (character) => `\\u${hex(character)}`)}"`;

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');

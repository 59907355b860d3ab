/** A house number before or behind the name of a street. */
const STREET = /^\d{1,5}\s?[a-z]?,?\s\p{L}|\p{L}\s\d{1,5}\s?[a-z]?$/iu;
/** A town and its postcode, as countries write them: `89073 Ulm`, `1012 AB Amsterdam`, `Bristol BS1 4ND`, `Springfield, IL 62701`. */
const TOWN =
  /^(?:\p{Lu}{1,3}[- ])?(?:\d{4,6}|\d{3} \d{2}|\d{2}-\d{3})(?: \p{Lu}{2})? \p{Lu}|\p{Lu}{1,2}\d[\p{Lu}\d]? \d\p{Lu}{2}$|\p{L},? \p{Lu}{2} \d{5}(?:-\d{4})?$/u;
/** Lines of an address at most, with a name, a telephone and the like. */
const MAX_LINES = 10;
/** Between a street and its town there may be another line. */
const MAX_STEPS = 2;

/**
 * Whether lines are an address: a name, a street with a number, and below it the one town with a postcode. A column of a table has
 * the like of one of them in each of its rows.
 */
export function isAddress(lines: readonly string[]): boolean {
  if (lines.length > MAX_LINES) return false;
  const towns = lines.flatMap((line, at) => (TOWN.test(line) ? [at] : []));
  const [town = 0] = towns;
  const streets = lines.flatMap((line, at) => (STREET.test(line) && at !== town ? [at] : []));
  const isBelow = streets.some((street) => street > 0 && town > street && town - street <= MAX_STEPS);
  return towns.length === 1 && isBelow && streets.length < lines.length / 2 && !/\d/.test(lines[0] ?? '');
}

const DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/;

/**
 * Our own zones from a setting: domains separated by commas, with or without spaces and leading dots.
 *
 * @throws Error naming what is no domain: a zone that is misspelled would protect nothing, silently.
 */
export const parseZones = (text: string): string[] =>
  text
    .split(',')
    .map((zone) => zone.trim().toLowerCase().replace(/^\./, ''))
    .filter((zone) => zone !== '')
    .map((zone) => {
      if (!DOMAIN.test(zone)) throw new Error(`"${zone}" is no domain`);
      return zone;
    });

import { describe, expect, it } from 'vitest';
import { checkEndpoint, parseZones } from '../src/index.ts';

describe('parseZones', () => {
  it('protects every zone that is named, however it is written', () => {
    const ownZones = parseZones('a.example, .B.example ,,c.example');
    expect(ownZones).toEqual(['a.example', 'b.example', 'c.example']);
    for (const zone of ownZones) {
      expect(() => checkEndpoint(`https://s3.${zone}`, { mode: 'strict', ownZones })).toThrow();
    }
  });

  it('refuses what is no domain, because it would protect nothing', () => {
    for (const text of ['https://a.example', 'localhost', 'a example'])
      expect(() => parseZones(text)).toThrow();
    expect(parseZones('')).toEqual([]);
  });
});

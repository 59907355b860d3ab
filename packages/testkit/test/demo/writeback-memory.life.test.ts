import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const BENCH = join(import.meta.dirname, '../../../../bench/writeback-memory.ts');

interface Measured {
  object_mib: number;
  growth_mib: number;
  samples: number;
}

// Reads /proc. With the result held whole the growth is more than its size.
test.runIf(process.platform === 'linux')(
  'writing back 200 MB takes the engine a fraction of that in memory',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [BENCH, '200', '--json']);
    const { rows } = JSON.parse(stdout) as { rows: Measured[] };
    expect(rows).toHaveLength(1);
    expect(rows[0]?.object_mib).toBe(200);
    // Fewer would say little about a peak.
    expect(rows[0]?.samples).toBeGreaterThan(20);
    expect(rows[0]?.growth_mib).toBeLessThan(50);
  },
);

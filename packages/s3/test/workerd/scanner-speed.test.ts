import { expect, it } from 'vitest';
import { scanList } from '../../src/xml/list-scanner.ts';

const contents = Array.from(
  { length: 1000 },
  (_, index) =>
    `<Contents><Key>documents/2026/engagement-${index % 37}/Report+${index}+%C3%A9.pdf</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag><Size>${index}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
);
const xml = `<ListBucketResult><KeyCount>1000</KeyCount><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;

/** A listing of 1M keys is 1,000 pages, and a Worker has 30 s of CPU: 10 ms a page leave two thirds for the rest. */
it('scans a page of 1,000 keys well within the CPU limit', async () => {
  for (let round = 0; round < 20; round += 1) scanList(xml);
  const pages = 100;
  const startedMs = Date.now();
  for (let page = 0; page < pages; page += 1) expect(scanList(xml).objects).toHaveLength(1000);
  // The clock of workerd stands still between I/O.
  await new Promise((resolve) => setTimeout(resolve, 0));
  const perPageMs = (Date.now() - startedMs) / pages;
  expect(perPageMs).toBeLessThan(10);
});

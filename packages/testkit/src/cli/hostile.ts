/** `npm run hostile`: the client and the connection test, then the running engine, against a bucket that lies. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { LIES, runLies } from '../hostile-s3/index.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const lies = LIES.filter(({ name }) => values.only === undefined || name.includes(values.only));
const report = await runLies(lies, { seed, atOnce: 4, isReal: true });
const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);
if (values.json) process.stdout.write(`${JSON.stringify({ seed, ...report })}\n`);
else {
  for (const { name, problems, client, doctor, slowestMs, testMs } of report.lies) {
    const said = Object.entries(client)
      .map(([step, code]) => `${step} ${code}`)
      .join(', ');
    process.stdout.write(
      `${problems.length === 0 ? 'ok    ' : 'BROKEN'} ${name}: ${said || 'no harm'}; test: ${doctor.join(', ') || 'passes'} (${slowestMs} ms, ${testMs} ms)\n`,
    );
    for (const problem of problems) process.stdout.write(`         ${problem}\n`);
  }
  process.stdout.write(
    `${report.lies.length} lies; client of ${mib(report.idleRssBytes)} MiB grew to ${mib(report.peakRssBytes)} MiB; seed ${seed}\n`,
  );
}
process.exitCode = report.lies.some(({ problems }) => problems.length > 0) ? 1 : 0;

// npm run get -- KEY: an object of the demo bucket into the current directory.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCustomerBucket } from '../demo/customer-bucket.ts';
import { errorMessage } from '../stack/log.ts';
import { callersDir, openDevSession, runCommand } from './dev-session.ts';

await runCommand(async () => {
  const [key, ...rest] = process.argv.slice(2);
  if (key === undefined || rest.length > 0) {
    process.stderr.write('Usage: npm run get -- KEY, such as accessible/letter.pdf.html\n');
    return 2;
  }
  const { stack, run } = await openDevSession();
  const { body } = await openCustomerBucket(stack.s3, run.bucket)
    .get(key)
    .catch((cause: unknown) => {
      throw new Error(`${run.bucket}/${key}: ${errorMessage(cause)}`, { cause });
    });
  const path = join(callersDir(), key.slice(key.lastIndexOf('/') + 1).replaceAll('\\', '_'));
  // Never over a file that is there.
  await writeFile(path, body, { flag: 'wx' });
  process.stdout.write(`${path}\n`);
  return 0;
});

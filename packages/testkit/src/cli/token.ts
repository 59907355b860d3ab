// npm run -s token: an access token of the demo user, for curl.
import { openDevSession, runCommand } from './dev-session.ts';

await runCommand(async () => {
  const { accessToken } = await openDevSession();
  process.stdout.write(`${accessToken}\n`);
  return 0;
});

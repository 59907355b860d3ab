import { createLogger } from '@sluice/observability';
import { startDocumentServer } from './server/document-server.ts';
import { parseSettings } from './settings.ts';

const log = createLogger({
  service: 'processor',
  // oxlint-disable-next-line no-console -- a container's log is its standard output
  write: (line) => console.log(line),
});

const settings = parseSettings(process.env);
// Whatever this process starts or prints later has no need of it.
delete process.env['NODE_PROCESSOR_SECRET'];
const server = await startDocumentServer(settings, log);
log.info('listening', { host: settings.host, port: server.port, concurrency: settings.concurrency });

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time whoever asks does not want to wait.
    if (isStopping) process.exit(130);
    isStopping = true;
    log.info('stopping', { signal });
    void server.stop().then(() => process.exit(0));
  });
}

import { expect, test } from 'vitest';
import { createLogger, createRedactor, type LoggerOptions } from '../src/index.ts';

const start = (options: Partial<LoggerOptions> = {}) => {
  const lines: string[] = [];
  let clockMs = Date.parse('2026-11-21T08:00:00Z');
  const log = createLogger({
    service: 's3-poller',
    write: (line) => lines.push(line),
    now: () => new Date((clockMs += 5)),
    ...options,
  });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
};

test('writes one line of JSON with time, level, service, event and fields', () => {
  const { log, lines } = start({ fields: { region: 'eu' } });
  log.info('poll.started', { note: 'two\nlines', count: 3 });
  expect(lines).toEqual([
    '{"ts":"2026-11-21T08:00:00.005Z","level":"info","service":"s3-poller","event":"poll.started","region":"eu","note":"two\\nlines","count":3}',
  ]);
});

test('leaves out what is below its level', () => {
  const { log, parsed } = start({ level: 'warn' });
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(parsed().map((line) => line['event'])).toEqual(['c', 'd']);
  expect(start().log.debug('quiet by default')).toBeUndefined();
});

test('a child adds fields and leaves its parent alone', () => {
  const { log, parsed } = start();
  const child = log.child({ tenantId: 't1' }).child({ jobId: 'j1' });
  child.info('a', { jobId: 'j2' });
  log.info('b');
  expect(parsed()[0]).toMatchObject({ tenantId: 't1', jobId: 'j2' });
  expect(parsed()[1]).not.toHaveProperty('tenantId');
});

test('no field passes itself off as time, level, service or event', () => {
  const { log, parsed } = start();
  log.info('real', { ts: 'x', level: 'x', service: 'x', event: 'x' });
  expect(parsed()[0]).toMatchObject({ level: 'info', service: 's3-poller', event: 'real' });
});

test('a wide event is one line, with what was collected, the duration and the outcome', () => {
  const { log, parsed } = start();
  const event = log.wide('poll.page', { page: 1 });
  event.set({ listed: 1000, page: 2 });
  event.end({ recorded: 7 });
  event.end();
  event.fail(new Error('late'));
  expect(parsed()).toEqual([
    expect.objectContaining({
      level: 'info',
      event: 'poll.page',
      page: 2,
      listed: 1000,
      recorded: 7,
      outcome: 'ok',
      duration_ms: 5,
    }),
  ]);
});

test('a failed wide event carries the error', () => {
  const { log, parsed } = start();
  log.wide('poll.page').fail(new Error('no', { cause: new Error('Bearer 0abc1def2') }));
  log.wide('poll.page').fail('gone', 'warn');
  expect(parsed()[0]).toMatchObject({
    level: 'error',
    outcome: 'error',
    error: { message: 'no', cause: { message: 'Bearer [redacted]' } },
  });
  expect(parsed()[1]).toMatchObject({ level: 'warn', error: 'gone' });
});

test('redacts by default, and known secrets when told them', () => {
  const plain = start();
  plain.log.info('Bearer 0abc1def2', { password: 'p4ss', url: 'https://h/p?q=1' });
  expect(plain.lines.join()).not.toMatch(/0abc1|p4ss|q=1/);
  const knowing = start({ redactor: createRedactor(['hunter2']) });
  knowing.log.info('said hunter2');
  expect(knowing.parsed()[0]).toMatchObject({ event: 'said [redacted]' });
});

test('never throws, not even when the sink does', () => {
  const { log } = start({
    write: () => {
      throw new Error('disk full');
    },
  });
  expect(() =>
    log.error('x', {
      y: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('z');
          },
        },
      ),
    }),
  ).not.toThrow();
});

import type { R2Receiver } from '@sluice/shared';
import { shellWord } from '../setup-target.ts';
import { RECEIVER_SOURCE } from './generated/receiver-source.ts';
import type { Receiver } from './receiver.ts';

export const RECEIVER_COMPATIBILITY_DATE = '2026-11-01';

/**
 * How the queue hands over: at most 100 at once, after a second at the latest. 30 attempts with the receiver's backoff last
 * some 22 hours, within the day that a queue of the free plan keeps messages.
 */
export const RECEIVER_CONSUMER = { batchSize: 100, maxWaitSeconds: 1, maxRetries: 30 } as const;

/** The receiver as files and commands. They hold no secret. */
export const receiverFiles = (receiver: Receiver): R2Receiver => {
  const steps = stepsOf(receiver);
  return {
    names: receiver.names,
    eventsUrl: receiver.eventsUrl,
    files: [
      { path: 'wrangler.toml', content: wranglerToml(receiver) },
      { path: 'src/index.ts', content: RECEIVER_SOURCE },
      { path: 'README.md', content: readme(receiver, steps) },
    ],
    commands: steps,
    undo: undoOf(receiver),
  };
};

const wranglerToml = ({
  names,
  accountId,
  bucket,
  eventsUrl,
}: Receiver): string => `name = ${toml(names.worker)}
main = "src/index.ts"
compatibility_date = ${toml(RECEIVER_COMPATIBILITY_DATE)}
workers_dev = true
${accountId === null ? '' : `account_id = ${toml(accountId)}\n`}
[vars]
SLUICE_EVENTS_URL = ${toml(eventsUrl)}
BUCKET_NAME = ${toml(bucket)}
QUEUE_NAME = ${toml(names.queue)}

[secrets]
required = ["EVENT_SOURCE_SECRET"]

[[queues.producers]]
binding = "QUEUE"
queue = ${toml(names.queue)}

[[queues.producers]]
binding = "DEAD_LETTERS"
queue = ${toml(names.deadLetterQueue)}

[[queues.consumers]]
queue = ${toml(names.queue)}
max_batch_size = ${RECEIVER_CONSUMER.batchSize}
max_batch_timeout = ${RECEIVER_CONSUMER.maxWaitSeconds}
max_retries = ${RECEIVER_CONSUMER.maxRetries}
dead_letter_queue = ${toml(names.deadLetterQueue)}

[[durable_objects.bindings]]
name = "WIRING"
class_name = "Wiring"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Wiring"]

[observability]
enabled = true
`;

/** The four steps. Rules are made before the Worker: what R2 tells meanwhile waits in the queue. */
const stepsOf = ({ names, bucket, jurisdiction, rules }: Receiver): R2Receiver['commands'] => [
  {
    title: 'Create the queues',
    lines: [names.queue, names.deadLetterQueue].map((queue) => wrangler('queues create', queue)),
  },
  {
    title: 'Let R2 tell of new files',
    lines: rules.map(({ prefix, suffix }) =>
      wrangler('r2 bucket notification create', bucket, {
        'event-type': 'object-create',
        queue: names.queue,
        prefix: prefix === '' ? null : prefix,
        suffix,
        jurisdiction,
      }),
    ),
  },
  { title: 'Set the event secret (it asks for it)', lines: [wrangler('secret put', 'EVENT_SOURCE_SECRET')] },
  { title: 'Deploy', lines: [wrangler('deploy')] },
];

const undoOf = ({ names, bucket, jurisdiction }: Receiver): string[] => [
  wrangler('r2 bucket notification delete', bucket, { queue: names.queue, jurisdiction }),
  wrangler('delete'),
  wrangler('queues delete', names.queue),
  wrangler('queues delete', names.deadLetterQueue),
];

const readme = (
  receiver: Receiver,
  steps: R2Receiver['commands'],
): string => `# R2 events of ${receiver.bucket}

In this folder, with Node and a Cloudflare account that has R2 and Queues:
${steps.map(({ title, lines }, index) => `\n${index + 1}. ${title}\n\n${lines.map((line) => `       ${line}\n`).join('')}`).join('')}
Then open \`/health\` at the address that is shown, and switch the integration to event mode.

To remove it:

${undoOf(receiver)
  .map((line) => `    ${line}\n`)
  .join('')}`;

/** A command, for a POSIX shell. Options that are null are left out. */
const wrangler = (
  command: string,
  on: string | null = null,
  options: Readonly<Record<string, string | null>> = {},
): string =>
  [
    `npx wrangler ${command}`,
    ...(on === null ? [] : [shellWord(on)]),
    ...Object.entries(options).flatMap(([name, value]) =>
      value === null ? [] : [`--${name}`, shellWord(value)],
    ),
  ].join(' ');

/** A basic string of TOML: JSON's escapes are TOML's, but for DEL, which has to be escaped. */
const toml = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f');

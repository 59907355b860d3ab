import { gzipSync } from 'node:zlib';
import { faults } from '../../fake-s3/index.ts';
import type { Lie } from '../lie.ts';
import { drips, floods, head, raw, says, silence } from '../wire.ts';

const { only, answers, rewrites } = faults;
const LIST = { operation: 'ListObjectsV2' } as const;
const XML = { 'content-type': 'application/xml' } as const;

/** On the way from one byte to the next. */
export const transportLies: readonly Lie[] = [
  {
    name: 'no answer, ever',
    fault: () => only(LIST, answers(silence)),
    client: { list: 'upstream_timeout' },
    doctor: ['endpoint upstream_timeout'],
    engine: { poll: 'upstream_timeout' },
  },
  {
    name: 'headers that drip',
    fault: () => only(LIST, answers(drips('HTTP/1.1 200 OK\r\n', 'x-more: 1\r\n', 100))),
    client: { list: 'upstream_timeout' },
    doctor: ['endpoint upstream_timeout'],
    engine: { poll: 'upstream_timeout' },
  },
  {
    name: 'a listing that drips',
    fault: () => only(LIST, answers(drips(`${head('200 OK', XML)}<ListBucketResult>`, ' ', 50))),
    client: { list: 'upstream_timeout' },
    doctor: ['endpoint upstream_timeout'],
    engine: { poll: 'upstream_timeout' },
  },
  {
    name: 'a document that drips',
    fault: () =>
      only({ operation: 'GetObject' }, (_, proceed) => {
        const answer = proceed();
        if (answer.status !== 200) return answer;
        const length = { 'content-length': answer.body.byteLength };
        return drips(`${head('200 OK', { ...answer.headers, ...length })}%`, ' ', 100);
      }),
    client: { get: 'upstream_timeout' },
    doctor: [],
    engine: { object: 'upstream_timeout' },
  },
  {
    name: 'endless interim answers',
    fault: () => only(LIST, answers(drips('', head('103 Early Hints', { link: '</>' }), 50))),
    client: { list: 'upstream_timeout' },
    doctor: ['endpoint upstream_timeout'],
    engine: { poll: 'upstream_timeout' },
  },
  {
    name: '100 Continue for ever',
    fault: () => only(LIST, answers(floods('', head('100 Continue')))),
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'upstream_timeout' },
  },
  {
    name: 'endless headers',
    fault: () => only(LIST, answers(floods('HTTP/1.1 200 OK\r\n', 'x-more: 1\r\n'))),
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'one endless header',
    fault: () => only(LIST, answers(floods('HTTP/1.1 200 OK\r\nx-more: ', 'a'))),
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'an endless listing',
    fault: () => only(LIST, answers(floods(`${head('200 OK', XML)}<ListBucketResult>`, '<a>b</a>'))),
    client: { list: 'upstream_invalid' },
    doctor: ['list upstream_invalid'],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'an endless document',
    fault: () =>
      only({ operation: 'GetObject' }, (_, proceed) => {
        const answer = proceed();
        return answer.status >= 400 ? answer : floods(head('200 OK', answer.headers), 'x');
      }),
    client: { get: 'upstream_invalid', range: 'upstream_invalid' },
    doctor: ['read_back upstream_invalid'],
    engine: { object: 'object_changed' },
  },
  {
    name: 'a listing shorter than announced',
    fault: ({ pick }) => {
      const missing = pick(1, 500);
      return only(LIST, (_, proceed) => {
        const { body, headers } = proceed();
        return says(
          Buffer.concat([
            Buffer.from(head('200 OK', { ...headers, 'content-length': body.byteLength + missing })),
            body,
          ]),
        );
      });
    },
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'a listing longer than announced',
    fault: ({ pick }) => {
      const over = pick(1, 200);
      return only(LIST, (_, proceed) => {
        const { body, headers } = proceed();
        return says(
          Buffer.concat([
            Buffer.from(head('200 OK', { ...headers, 'content-length': body.byteLength - over })),
            body,
          ]),
        );
      });
    },
    client: { list: 'upstream_invalid' },
    doctor: ['list upstream_invalid'],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'chunks that are none',
    fault: () =>
      only(
        LIST,
        answers(
          says(`${head('200 OK', { ...XML, 'transfer-encoding': 'chunked' })}zz\r\n<ListBucketResult>`),
        ),
      ),
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'a connection reset in the middle of a document',
    fault: ({ pick }) => {
      const sent = pick(0, 100);
      return only({ operation: 'GetObject' }, (_, proceed) => {
        const { headers, body, status } = proceed();
        if (status !== 200) return proceed();
        return raw((socket) => {
          socket.write(head('200 OK', { ...headers, 'content-length': body.byteLength }));
          socket.write(body.subarray(0, sent), () => socket.resetAndDestroy());
        });
      });
    },
    client: { get: 'endpoint_unreachable' },
    doctor: [],
    engine: { object: 'upstream_timeout' },
  },
  {
    name: 'a greeting of another protocol',
    fault: () => only(LIST, answers(says('SSH-2.0-OpenSSH_9.9\r\n'))),
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'clear text where TLS is asked for',
    endpoint: (honest) => honest.replace('http://', 'https://'),
    fault: () => (_, proceed) => proceed(),
    client: {
      list: 'tls_failed',
      head: 'tls_failed',
      get: 'tls_failed',
      range: 'tls_failed',
      link: 'tls_failed',
      put: 'tls_failed',
      stream: 'tls_failed',
      copy: 'tls_failed',
      multipart: 'tls_failed',
      delete: 'tls_failed',
      deleteMany: 'tls_failed',
    },
    doctor: ['endpoint tls_failed'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'a listing that unpacks to gigabytes',
    fault: () => {
      const bomb = gzipBomb();
      return only(
        LIST,
        answers({ status: 200, headers: { ...XML, 'content-encoding': 'gzip' }, body: bomb }),
      );
    },
    client: { list: 'upstream_invalid' },
    doctor: ['list upstream_invalid'],
    engine: { poll: 'upstream_invalid' },
  },
  {
    name: 'a listing that says it is packed and is not',
    fault: () =>
      only(LIST, (_, proceed) => {
        const answer = proceed();
        return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' } };
      }),
    client: { list: 'endpoint_unreachable' },
    doctor: ['endpoint endpoint_unreachable'],
    engine: { poll: 'endpoint_unreachable' },
  },
  {
    name: 'bytes that are no text',
    fault: () =>
      only(LIST, (request, proceed) => {
        const answer = rewrites((text) => text)(request, proceed);
        if (answer instanceof Promise) return answer;
        const at = answer.body.indexOf('<Key>') + 5;
        return {
          ...answer,
          body: Buffer.concat([
            answer.body.subarray(0, at),
            Buffer.from([0xff, 0xc0]),
            answer.body.subarray(at),
          ]),
        };
      }),
    client: { list: 'upstream_invalid' },
    doctor: ['list upstream_invalid'],
    engine: { poll: 'upstream_invalid' },
  },
];

/** 2 GiB of spaces in some 2 MB: what one member unpacks to, a thousand times. */
const gzipBomb = (): Buffer => {
  const member = gzipSync(Buffer.alloc(2 * 1024 * 1024, ' '));
  return Buffer.concat(Array.from({ length: 1_000 }, () => member));
};

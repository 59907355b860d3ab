import { ObjectMessage, PollMessage, ResealMessage } from '@sluice/shared';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

const uuid = '00000000-0000-4000-8000-000000000000';
const BODIES = [
  ['PollMessage', PollMessage, { version: 1, integrationId: uuid, leaseId: uuid }],
  ['ObjectMessage', ObjectMessage, { version: 1, objectId: uuid }],
  ['ResealMessage', ResealMessage, { version: 1, runId: uuid }],
] as const;

test.each(BODIES)('a %s holds ids and nothing in which anything else could travel', (_name, schema, body) => {
  expect(schema.safeParse(body).success).toBe(true);
  const isUuid = (text: string) => /^[0-9a-f-]{36}$/i.test(text);
  fc.assert(
    fc.property(
      fc
        .oneof(fc.string(), fc.webUrl(), fc.object())
        .filter((value) => typeof value !== 'string' || !isUuid(value)),
      fc.string(),
      (value, field) => {
        for (const name of Object.keys(body)) {
          expect(schema.safeParse({ ...body, [name]: value }).success).toBe(false);
        }
        if (!(field in body))
          expect(schema.safeParse({ ...body, [field]: value }).success).toBe(field === '__proto__');
      },
    ),
  );
});

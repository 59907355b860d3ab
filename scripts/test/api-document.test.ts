import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { readDocument } from '../generate-api-client.ts';

/** Every rule the linter has, but for these. */
const SWITCHED_OFF = {
  // In the order in which a reader needs them: the integration before its audit, creating before reading.
  'tags-alphabetical': 'off',
  'path-http-verbs-order': 'off',
  // Who operates the service publishes the address.
  'info-contact': 'off',
  // Every body and every answer has a whole example, which a test holds against its schema.
  'scalar-property-missing-example': 'off',
  // What we answer may be empty where the customer's bucket says so: a detail, a prefix.
  'required-string-property-missing-min-length': 'off',
  // Knows no `application/problem+json` (RFC 9457) beside JSON.
  'response-mime-type': 'off',
  // Takes `s3`, `health` and `start` for nouns in the singular.
  'path-segment-plural': 'off',
  // Finds "get" in `notification-targets`.
  'no-http-verbs-in-paths': 'off',
} as const;

const lint = async (document: object): Promise<string[]> => {
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config: await createConfig({ extends: ['all'], rules: SWITCHED_OFF }),
  });
  return problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer ?? ''})`,
  );
};

test('the linter finds nothing in the OpenAPI document', async () => {
  expect(await lint(await readDocument())).toEqual([]);
});

test('the linter does look', async () => {
  const document = { ...(await readDocument()), tags: [{ name: 'Nothing' }] };
  expect(await lint(document)).not.toEqual([]);
});

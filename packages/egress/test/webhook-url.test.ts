import { describe, expect, test } from 'vitest';
import { checkWebhookUrl } from '../src/webhook-url.ts';

const strict = { mode: 'strict', ownZones: ['sluice.test'] } as const;

describe('the address of a webhook', () => {
  test.each([
    'https://hooks.example.com',
    'https://hooks.example.com/services/T0/B0/x%20y?token=a%2Fb&c=d',
    'https://hooks.example.com:8443/a/../b',
    'HTTPS://Hooks.Example.Com/~me/$x',
  ])('may be %s', (url) => {
    expect(checkWebhookUrl(url, strict).protocol).toBe('https:');
  });

  test.each([
    'http://hooks.example.com/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::ffff:10.0.0.1]/',
    'https://user@hooks.example.com/',
    'https://hooks.example.com#x',
    'https://hooks.example.com/a b',
    'https://hooks.example.com\\.evil.example/',
    'https://hooks.example.com%2f@10.0.0.1/',
    'https://api.sluice.test/',
    'https://metadata.google.internal/',
    'ftp://hooks.example.com/',
    'https:/hooks.example.com/',
    'hooks.example.com',
    '',
    `https://hooks.example.com/${'x'.repeat(2048)}`,
  ])('may not be %s', (url) => {
    expect(() => checkWebhookUrl(url, strict)).toThrow();
  });

  test('may be on this machine only where that is allowed', () => {
    expect(checkWebhookUrl('http://127.0.0.1:9999/x?y', { mode: 'allow-loopback' }).port).toBe('9999');
  });
});

import { eventTestSteps } from '@sluice/core';
import { describe, expect, it } from 'vitest';

type Stored = Parameters<typeof eventTestSteps>[0];

const START = Date.parse('2026-11-22T10:00:00.000Z');
const after = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

/** Written after a second; its event came after two; deleted after ten. */
const PASSED: Stored = {
  id: '8f5b1c1e-0000-4000-8000-000000000000',
  kind: 'probe',
  key: 'in/sluice-event-test-8f5b1c1e.pdf',
  startedAt: after(0),
  writtenAt: after(1),
  arrivedAt: after(2),
  removedAt: after(10),
  endedAt: after(10),
  overtakenAt: null,
  errorCode: null,
  errorDetail: null,
};

const shown = (changes: Partial<Stored>, inputPrefix = 'in/') => {
  const { outcome, isOvertaken, steps } = eventTestSteps(
    { ...PASSED, ...changes },
    { provider: 'generic', inputPrefix },
    START + 600_000,
  );
  return [outcome, isOvertaken, ...steps.map((step) => step.outcome)];
};

describe('a test of events, step by step', () => {
  it('stands as long as the integration looks where it was made', () => {
    expect(shown({})).toEqual(['passed', false, 'passed', 'passed', 'passed']);
    // Paused after its event had come.
    expect(shown({ overtakenAt: after(5) })).toEqual(['passed', false, 'passed', 'passed', 'passed']);
  });

  it.each(['', 'another/', 'in/sub/', 'i'])(
    'passes for no other folder, though its event came before the folder became %j',
    (inputPrefix) => {
      for (const overtakenAt of [after(5), null])
        expect(shown({ overtakenAt }, inputPrefix)).toEqual(['failed', true, 'passed', 'failed', 'passed']);
    },
  );

  it('passes for no other bucket, though its event came before that was connected', () => {
    const left = { errorCode: 'event_test_left_behind', errorDetail: 'bucket a', overtakenAt: after(5) };
    expect(shown({ ...left, removedAt: null })).toEqual(['failed', true, 'passed', 'failed', 'failed']);
  });

  it('blames the events alone where they had their time before the integration was changed', () => {
    const silent = { arrivedAt: null };
    expect(shown(silent)).toEqual(['failed', false, 'passed', 'failed', 'passed']);
    expect(shown({ ...silent, overtakenAt: after(62) })).toEqual([
      'failed',
      false,
      'passed',
      'failed',
      'passed',
    ]);
    expect(shown({ ...silent, overtakenAt: after(60) })).toEqual([
      'failed',
      true,
      'passed',
      'failed',
      'passed',
    ]);
  });

  it('says that nothing was written where the integration was changed first', () => {
    const nothing = { writtenAt: null, arrivedAt: null, removedAt: null, errorCode: 'event_test_overtaken' };
    expect(shown(nothing)).toEqual(['failed', true, 'failed', 'skipped', 'skipped']);
  });
});

import { expect, test } from 'vitest';
import { createWeather } from '../src/faults/weather.ts';
import { makePlan } from '../src/plan/make-plan.ts';
import type { Storm, Target } from '../src/plan/plan.ts';

const MINUTE = 60_000;

test('the same seed gives the same schedule, and another seed another', () => {
  expect(makePlan(7, 5 * MINUTE, 4)).toEqual(makePlan(7, 5 * MINUTE, 4));
  expect(makePlan(8, 5 * MINUTE, 4)).not.toEqual(makePlan(7, 5 * MINUTE, 4));
});

test('a longer run begins like a shorter one', () => {
  const short = makePlan(7, 2 * MINUTE, 4);
  const long = makePlan(7, 10 * MINUTE, 4);
  const begun = <T extends { atMs: number }>(items: readonly T[]) =>
    items.filter(({ atMs }) => atMs < short.durationMs);
  expect(begun(long.kills)).toEqual(short.kills);
  expect(begun(long.acts)).toEqual(short.acts);
  const storms = long.storms
    .filter(({ fromMs }) => fromMs < short.durationMs)
    .map((storm) => ({ ...storm, toMs: Math.min(storm.toMs, short.durationMs) }));
  expect(storms).toEqual(short.storms);
});

test('in half an hour every part is killed, every target meets each of its faults, and some are away for minutes', () => {
  const { storms, kills } = makePlan(3, 30 * MINUTE, 4);
  expect(new Set(kills.map(({ victim }) => victim)).size).toBe(8);
  expect(storms.some(({ rate, fromMs, toMs }) => rate === 1 && toMs - fromMs > MINUTE)).toBe(true);
  const kinds = (target: Target) =>
    new Set(storms.filter((storm) => storm.target === target).flatMap((storm) => storm.kinds));
  expect(kinds('s3').size).toBe(8);
  expect(kinds('postgrest').size).toBe(7);
  expect(kinds('postgres').size).toBe(5);
  expect(kinds('processor').size).toBe(7);
  expect(kinds('staging').size).toBe(4);
});

test('the nth request of a storm meets the same fault each time, whatever came between', () => {
  const storm: Storm = { target: 's3', kinds: ['reset', 'hang'], rate: 0.5, fromMs: 0, toMs: 1_000 };
  const other: Storm = { ...storm, target: 'postgrest' };
  const draw = (others: number) => {
    const weather = createWeather({ seed: 5, storms: [storm, other] }, () => 10);
    weather.begin();
    return Array.from({ length: 30 }, () => {
      for (let i = 0; i < others; i += 1) weather.faultFor('postgrest');
      return weather.faultFor('s3');
    });
  };
  const faults = draw(0);
  expect(faults).toEqual(draw(3));
  expect(faults).toContain(null);
  expect(new Set(faults.map((fault) => fault?.kind))).toEqual(new Set(['reset', 'hang', undefined]));
});

test('outside of a storm, before the beginning and after the end nothing happens', () => {
  let now = 0;
  const storm: Storm = { target: 's3', kinds: ['reset'], rate: 1, fromMs: 100, toMs: 200 };
  const weather = createWeather({ seed: 1, storms: [storm] }, () => now);
  now = 150;
  expect(weather.faultFor('s3')).toBeNull();
  now = 0;
  weather.begin();
  expect(weather.faultFor('s3')).toBeNull();
  now = 150;
  expect(weather.faultFor('s3')?.kind).toBe('reset');
  expect(weather.faultFor('postgrest')).toBeNull();
  now = 200;
  expect(weather.faultFor('s3')).toBeNull();
  now = 150;
  weather.end();
  expect(weather.faultFor('s3')).toBeNull();
  expect([...weather.met]).toEqual([['s3 reset', 1]]);
});

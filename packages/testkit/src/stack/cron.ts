import { errorMessage, type LogFn } from './log.ts';

/**
 * `real`: by the clock, in UTC, as Cloudflare does. `manual`: only by `tick`. `{pollEveryMs}`: triggers that fire
 * every few minutes fire this often instead, for a demo that shall not wait; hourly and nightly ones go by the clock.
 */
export type CronMode = 'real' | 'manual' | { pollEveryMs: number };

export interface CronTrigger {
  worker: string;
  cron: string;
}

export interface Ticker {
  /** Fires every trigger with this expression now and waits for them. @throws when there is none, or one fails. */
  tick(cron: string, worker?: string): Promise<void>;
  /** Stops the clock. What runs is not waited for. */
  stop(): void;
}

/**
 * Fires the Workers' cron triggers. A trigger that is still running is not started again beside itself.
 * @param fire runs a Worker's scheduled handler and gives its outcome.
 */
export function startTicker(
  triggers: CronTrigger[],
  mode: CronMode,
  fire: (trigger: CronTrigger) => Promise<string>,
  log: LogFn,
): Ticker {
  for (const { cron } of triggers) parseCron(cron); // a mistake shows at the start, not at midnight
  const running = new Set<CronTrigger>();
  let clock: NodeJS.Timeout | undefined;
  let fast: NodeJS.Timeout | undefined;
  let stopped = false;

  const runByClock = (trigger: CronTrigger): void => {
    if (running.has(trigger)) return;
    running.add(trigger);
    void fireChecked(trigger, fire)
      .catch((error: unknown) => {
        if (!stopped) log({ level: 'error', source: 'cron', message: errorMessage(error) });
      })
      .finally(() => running.delete(trigger));
  };
  const [hurried, clocked] =
    typeof mode === 'object' ? partition(triggers, ({ cron }) => isEveryFewMinutes(cron)) : [[], triggers];
  if (typeof mode === 'object') fast = setInterval(() => hurried.forEach(runByClock), mode.pollEveryMs);
  if (mode !== 'manual') {
    const wait = (): void => {
      const untilNextMinuteMs = 60_000 - (Date.now() % 60_000);
      clock = setTimeout(() => {
        const now = new Date();
        for (const trigger of clocked) if (cronMatches(trigger.cron, now)) runByClock(trigger);
        wait();
      }, untilNextMinuteMs);
    };
    wait();
  }
  return {
    tick: async (cron, worker) => {
      const due = triggers.filter(
        (trigger) => trigger.cron === cron && (worker ?? trigger.worker) === trigger.worker,
      );
      if (due.length === 0) throw new Error(`no Worker has the cron trigger "${cron}"`);
      await Promise.all(due.map((trigger) => fireChecked(trigger, fire)));
    },
    stop: () => {
      stopped = true;
      clearTimeout(clock);
      clearInterval(fast);
    },
  };
}

async function fireChecked(
  trigger: CronTrigger,
  fire: (trigger: CronTrigger) => Promise<string>,
): Promise<void> {
  const outcome = await fire(trigger);
  if (outcome !== 'ok') throw new Error(`cron "${trigger.cron}" of ${trigger.worker}: ${outcome}`);
}

function partition<T>(items: T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

const FIELDS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12 },
  { name: 'day of week', min: 1, max: 7 }, // Cloudflare: 1 is Sunday
] as const;

/** Whether the minute of `date` (UTC) is one of the expression's. Numbers, `*`, ranges, lists and steps. */
export function cronMatches(cron: string, date: Date): boolean {
  const [minutes, hours, days, months, weekdays] = parseCron(cron);
  const [, , dayField, , weekdayField] = cron.trim().split(/\s+/);
  const dayMatches = days?.has(date.getUTCDate()) === true;
  const weekdayMatches = weekdays?.has(date.getUTCDay() + 1) === true;
  // As in every cron: when both days are restricted, either will do.
  const either = dayField !== '*' && weekdayField !== '*';
  return (
    minutes?.has(date.getUTCMinutes()) === true &&
    hours?.has(date.getUTCHours()) === true &&
    months?.has(date.getUTCMonth() + 1) === true &&
    (either ? dayMatches || weekdayMatches : dayMatches && weekdayMatches)
  );
}

/** Whether the expression fires at least every five minutes, around the clock. */
export function isEveryFewMinutes(cron: string): boolean {
  const [minutes, ...others] = parseCron(cron);
  const fired = [...(minutes ?? [])].sort((a, b) => a - b);
  const everyOther = others.every((values, index) => {
    const field = FIELDS[index + 1];
    return field !== undefined && values.size === field.max - field.min + 1;
  });
  const first = fired[0] ?? 0;
  return everyOther && fired.every((minute, index) => (fired[index + 1] ?? first + 60) - minute <= 5);
}

function parseCron(cron: string): Set<number>[] {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Error(`cron "${cron}": five fields expected`);
  return FIELDS.map(({ name, min, max }, index) => {
    const values = new Set<number>();
    for (const part of (parts[index] ?? '').split(',')) {
      const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
      if (match === null) throw new Error(`cron "${cron}": the ${name} "${part}" is not understood here`);
      const [, from, to, step] = match;
      const first = from === undefined ? min : Number(from);
      const last = to !== undefined ? Number(to) : from === undefined || step !== undefined ? max : first;
      if (first < min || last > max || first > last || step === '0') {
        throw new Error(`cron "${cron}": the ${name} "${part}" is out of ${min}-${max}`);
      }
      for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
    }
    return values;
  });
}

import type { Fault, GateAnswer, GateQuestion } from '../faults/fault.ts';

/** What the wrapped Workers have besides their own bindings. */
export interface GateBinding {
  readonly CHAOS_GATE: string;
}

/** What befalls the next thing. Without a gate (it went with the run) nothing does. */
export const askGate = async (url: string, question: GateQuestion): Promise<Fault | null> => {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(question) }).catch(() => null);
  return response === null ? null : (await response.json<GateAnswer>()).fault;
};

export const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

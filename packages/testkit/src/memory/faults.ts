/** What a plan says of one call: let it be, fail it undone, or do it and lose the answer. */
export type Verdict = { readonly before: unknown } | { readonly after: unknown } | null;

/** Asked at each call of a port, with the method, how often any method was called before, and the arguments. */
export type FaultPlan = (call: {
  readonly method: string;
  readonly index: number;
  readonly args: readonly unknown[];
}) => Verdict | Promise<Verdict>;

/** A port whose methods fail as planned. Everything that is not a method passes through. */
export const withFaults = <T extends object>(port: T, plan: FaultPlan): T => {
  let index = 0;
  return new Proxy(port, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const verdict = await plan({ method: String(name), index: index++, args });
        if (verdict !== null && 'before' in verdict) throw verdict.before;
        const result: unknown = await Reflect.apply(value, target, args);
        if (verdict !== null) throw verdict.after;
        return result;
      };
    },
  });
};

/** Fails one call, the `nth` of those that match, from 0. */
export const failNth = (nth: number, verdict: NonNullable<Verdict>, method?: string): FaultPlan => {
  let seen = 0;
  return (call) => {
    if (method !== undefined && call.method !== method) return null;
    return seen++ === nth ? verdict : null;
  };
};

/** Names that two databases gave to the same things, each its own. */
export class Names {
  readonly #theirs = new Map<string, string>();
  readonly #ours = new Map<string, string>();

  /** False when either stands for something else already. */
  bind(ours: string, theirs: string): boolean {
    const [known, knownAs] = [this.#theirs.get(ours), this.#ours.get(theirs)];
    if (known !== undefined || knownAs !== undefined) return known === theirs && knownAs === ours;
    this.#theirs.set(ours, theirs);
    this.#ours.set(theirs, ours);
    return true;
  }

  theirs(ours: string): string {
    return this.#theirs.get(ours) ?? ours;
  }

  ours(theirs: string): string {
    return this.#ours.get(theirs) ?? theirs;
  }

  /** A value of ours with their names in it. */
  translated<T>(value: T): T;
  translated(value: unknown): unknown {
    if (typeof value === 'string') return this.theirs(value);
    if (Array.isArray(value)) return value.map((part: unknown) => this.translated(part));
    if (typeof value !== 'object' || value === null) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.translated(part)]));
  }
}

/** How many folders a listing has come through, without remembering them. */
export interface FolderState {
  readonly count: number;
  /** The folders the last key lies in, outermost first, and whether each is counted already. */
  readonly path: readonly { readonly folder: string; readonly isCounted: boolean }[];
}

/**
 * Counts the folders that directly hold one of the keys given. Keys that come in order come folder by folder: all that lies in a folder
 * lies together, so it is enough to know the way to the last key. Out of order, a folder may be counted more than once.
 */
export class FolderCounter {
  #count: number;
  #path: { folder: string; isCounted: boolean }[];

  constructor(state: FolderState = { count: 0, path: [] }) {
    this.#count = state.count;
    this.#path = state.path.map((entry) => ({ ...entry }));
  }

  add(key: string): void {
    const depth = this.#path.findIndex(({ folder }) => !key.startsWith(folder));
    if (depth !== -1) this.#path.length = depth;
    let from = this.#path.at(-1)?.folder.length ?? 0;
    for (let slash = key.indexOf('/', from); slash !== -1; slash = key.indexOf('/', from)) {
      from = slash + 1;
      this.#path.push({ folder: key.slice(0, from), isCounted: false });
    }
    // Of keys outside of any folder, the folder is the bucket itself.
    if (this.#path[0]?.folder !== '') this.#path.unshift({ folder: '', isCounted: false });
    const holder = this.#path.at(-1);
    if (holder !== undefined && !holder.isCounted) {
      holder.isCounted = true;
      this.#count += 1;
    }
  }

  state(): FolderState {
    return { count: this.#count, path: this.#path.map((entry) => ({ ...entry })) };
  }
}

export const INTERESTING: readonly number[] = [1, 2, 3];

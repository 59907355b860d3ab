// The theme and the density a person chose; without them the system's, and wide. Written by src/app/looks.ts.
try {
  for (const look of ['theme', 'density']) {
    const chosen = localStorage.getItem(`sluice.${look}`);
    if (/^(light|dark|compact)$/.test(chosen)) document.documentElement.dataset[look] = chosen;
  }
} catch {
  // Storage is forbidden: the system's theme it is.
}

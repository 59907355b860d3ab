/** A gate, and the water under it. */
export const Logo = () => (
  <span className="flex items-center gap-2.5 text-lg font-bold tracking-tight">
    <img src="/icon.svg" alt="" width={28} height={28} />
    Sluice
  </span>
);

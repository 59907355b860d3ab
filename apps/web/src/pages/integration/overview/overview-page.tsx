import { AccessibilityCard } from './accessibility-card.tsx';
import { ActivityCard } from './activity-card.tsx';
import { LedgerCard } from './ledger-card.tsx';
import { StatusCard } from './status-card.tsx';

/** How one integration stands, and what became of everything it found. */
const OverviewPage = () => (
  <div className="grid gap-5">
    <StatusCard />
    <LedgerCard />
    <AccessibilityCard />
    <ActivityCard />
  </div>
);

export default OverviewPage;

import { Badge, type Tone } from '../../ui/data/badge.tsx';
import type { SupportIntegration } from './queries.ts';

type Facts = Pick<SupportIntegration, 'status' | 'lastErrorCode' | 'lastPolledAt'>;

const standingOf = ({ status, lastErrorCode, lastPolledAt }: Facts): readonly [Tone, string] => {
  if (status === 'deleted') return ['idle', 'Deleted'];
  if (status === 'paused') return ['idle', 'Paused'];
  if (status === 'draft') return ['idle', 'Draft'];
  if (status === 'disabled') return ['idle', 'Stopped'];
  if (lastErrorCode !== null) return ['bad', 'Failing'];
  return lastPolledAt === null ? ['info', 'First look'] : ['good', 'Working'];
};

/** How an integration stands, as far as support sees without opening its tenant. */
export const SupportStanding = ({ integration }: { readonly integration: Facts }) => {
  const [tone, label] = standingOf(integration);
  return <Badge tone={tone}>{label}</Badge>;
};

/** The code of an error, leading to its page: what happened, whose move it is, what to do. */
export const ErrorCode = ({ code }: { readonly code: string }) => (
  <a href={`/problems/${code}`} className="rounded-sm text-accent underline">
    {code.replaceAll('_', ' ')}
  </a>
);

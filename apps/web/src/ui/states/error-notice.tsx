import { CloudOff, TriangleAlert } from 'lucide-react';
import { ApiError } from '../../app/api.ts';
import { AuthError } from '../../app/auth-requests.ts';
import { Button } from '../actions/button.tsx';
import { Copyable } from '../actions/copyable.tsx';
import { Prose } from './prose.tsx';

/** What happened, whose move it is, what to do: the shape of every failure a customer sees. */
export interface Trouble {
  readonly title: string;
  readonly owner: string;
  readonly remedy: string;
  readonly detail?: string | null | undefined;
  readonly providerCode?: string | null | undefined;
  /** To quote to support. */
  readonly requestId?: string | undefined;
}

const MOVES: Readonly<Record<string, string>> = {
  client: 'Your move',
  customer_config: 'Your move, at your storage provider',
  upstream: "Your storage provider's move",
  platform: 'Our move',
};

/** Whose move it is, in words. */
export const moveOf = (owner: string): string => MOVES[owner] ?? 'Our move';

/** What went wrong in the middle of an answer, with its words. */
export class TroubleError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.title);
    this.trouble = trouble;
  }
}

/** An error as {@link Trouble}: the API's own words, or what can be said of a request that got no answer. */
export const troubleOf = (error: unknown): Trouble => {
  if (error instanceof ApiError) return error.problem;
  if (error instanceof TroubleError) return error.trouble;
  if (error instanceof AuthError) {
    return { title: error.message, owner: 'client', remedy: 'Sign in again.' };
  }
  if (error instanceof TypeError) {
    return {
      title: navigator.onLine ? 'No answer came from Sluice' : 'You are offline',
      owner: 'client',
      remedy: `${navigator.onLine ? 'Check your connection to the internet, then try again' : 'Try again when you are back'}. Nothing is lost, and nothing is done twice.`,
    };
  }
  return {
    title: 'Something went wrong on our side',
    owner: 'platform',
    remedy: 'Try again in a moment. If it stays so, write to support.',
  };
};

interface TroubleNoticeProps {
  readonly trouble: Trouble;
  readonly onRetry?: (() => void) | undefined;
  readonly isBusy?: boolean;
  /** Calm where others matter more: a warning rather than a stop. */
  readonly tone?: 'bad' | 'warn';
}

export const TroubleNotice = ({ trouble, onRetry, isBusy = false, tone = 'bad' }: TroubleNoticeProps) => {
  const { title, owner, remedy, detail, providerCode, requestId } = trouble;
  const Icon = owner === 'upstream' ? CloudOff : TriangleAlert;
  return (
    <div
      className={`flex gap-3 rounded-lg border p-4 ${
        tone === 'bad' ? 'border-bad/40 bg-bad-soft' : 'border-warn/40 bg-warn-soft'
      }`}
    >
      <Icon
        aria-hidden
        size={20}
        className={`mt-0.5 shrink-0 ${tone === 'bad' ? 'text-bad' : 'text-warn'}`}
      />
      <div className="grid min-w-0 flex-1 justify-items-start gap-1.5">
        <p className="font-semibold">{title}</p>
        {detail != null && detail !== '' && <p className="breakable">{detail}</p>}
        <p className="breakable">
          <strong className="font-semibold">{moveOf(owner)}: </strong>
          <Prose text={remedy} />
        </p>
        {providerCode != null && (
          <p className="text-xs">
            Your provider says <code>{providerCode}</code>.
          </p>
        )}
        {requestId !== undefined && owner === 'platform' && (
          <p className="text-xs">
            To quote to support: <Copyable text={requestId} what="Request id" />
          </p>
        )}
        {onRetry !== undefined && (
          <Button size="small" onClick={onRetry} isBusy={isBusy} className="mt-1.5">
            Try again
          </Button>
        )}
      </div>
    </div>
  );
};

interface ErrorNoticeProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly isBusy?: boolean;
}

/** An error that stopped something, read out at once. */
export const ErrorNotice = ({ error, ...rest }: ErrorNoticeProps) => (
  <div role="alert">
    <TroubleNotice trouble={troubleOf(error)} {...rest} />
  </div>
);

import type { ErrorOwner } from '@sluice/shared';
import { html } from 'hono/html';
import { OWNERS } from '../site/problems.ts';

/** Whose move it is, as a sign. */
export const ownerBadge = (owner: ErrorOwner) =>
  html`<span class="badge ${owner.replace('_', '-')}">${OWNERS[owner].move}</span>`;

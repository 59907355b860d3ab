import { entry } from './entry.ts';

/** What a health check finds although the work would go on. */
export const healthErrors = {
  external_id_not_required: entry(
    422,
    'customer_config',
    false,
    'The role does not ask for our external id',
    'Add the condition StringEquals sts:ExternalId, with the external id of this integration, to the trust policy of the role: without it, others could have us use your role.',
  ),
  permissions_too_wide: entry(
    422,
    'customer_config',
    false,
    'The credential may do more than it has to',
    'Narrow its policy to what the setup of the integration names.',
  ),
  conditions_not_kept: entry(
    422,
    'customer_config',
    false,
    'The server does not keep the conditions of writes',
    'Nothing has to be done where nobody else writes into the output folder: we look what lies there before we write. Otherwise keep a folder for results alone: what is put in the place of one in the moment of writing would be replaced.',
  ),
  versions_kept: entry(
    422,
    'customer_config',
    false,
    'The bucket keeps versions',
    'Nothing has to be done. A lifecycle rule for noncurrent versions under the output folder clears away what connection tests and repeated results leave.',
  ),
  clock_drift: entry(
    422,
    'customer_config',
    false,
    'The clock of the storage server differs from ours',
    'Synchronise the clock of the server (NTP): beyond 15 minutes it refuses every request.',
  ),
} as const;

import { randomBytes } from 'node:crypto';
import { createAnonymousClient, createServiceClient, type TestUser } from '@sluice/testkit';
import { inject } from 'vitest';

/** Somebody of our support staff, signed in. */
export const createSupportUser = async (): Promise<TestUser> => {
  const stack = inject('stack');
  const email = `support-${randomBytes(6).toString('hex')}@example.test`;
  const password = randomBytes(12).toString('base64url');
  const made = await createServiceClient(stack).auth.admin.createUser({
    email,
    password,
    email_confirm: true,
    app_metadata: { platform_role: 'support' },
  });
  if (made.error !== null) throw new Error(`making ${email} failed`, { cause: made.error });
  const client = createAnonymousClient(stack);
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (data.session === null) throw new Error(`signing in as ${email} failed`, { cause: error });
  return { id: made.data.user.id, email, password, accessToken: data.session.access_token, client };
};

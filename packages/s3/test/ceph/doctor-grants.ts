import {
  asksFor,
  changed,
  DELETE,
  LIST,
  lacking,
  READ,
  type Scenario,
  WRITE,
  without,
} from './doctor-scenario.ts';

/** What is granted, wrongly or not at all. */
export const GRANTS: readonly Scenario[] = [
  { name: 'the generated policy' },
  // Nothing, or the wrong one
  {
    name: 'no policy at all',
    policy: () => [],
    fails: [LIST, WRITE],
    names: [asksFor('ListBucket', ''), asksFor('PutObject', '/out/\\*')],
  },
  {
    name: 'a policy for another user',
    policy: (all) => all.map((one) => ({ ...one, Principal: { AWS: 'arn:aws:iam:::user/nolist' } })),
    fails: [LIST, WRITE],
    names: [/s3:ListBucket/],
    isHealed: true,
  },
  // A statement is missing
  {
    name: 'no listing',
    policy: without('ListInput'),
    fails: [LIST],
    names: [asksFor('ListBucket', ''), /"s3:prefix":"in\/\*"/],
    isHealed: true,
  },
  {
    name: 'no reading',
    policy: without('ReadInput'),
    fails: [READ],
    names: [asksFor('GetObject', '/in/\\*')],
    isHealed: true,
  },
  {
    name: 'no writing',
    policy: without('WriteOutput'),
    fails: [WRITE],
    names: [asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  {
    name: 'only listing',
    policy: without('ReadInput', 'WriteOutput'),
    fails: [READ, WRITE],
    names: [asksFor('GetObject', '/in/\\*'), asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  {
    name: 'only writing',
    policy: without('ListInput', 'ReadInput'),
    fails: [LIST],
    names: [asksFor('ListBucket', '')],
    isHealed: true,
  },
  // An action is missing
  {
    name: 'no PutObject',
    policy: lacking('WriteOutput', 's3:PutObject'),
    fails: [WRITE],
    names: [asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  // Whoever wrote an object owns it here, and may read it without being told so.
  { name: 'no GetObject in the output', policy: lacking('WriteOutput', 's3:GetObject') },
  {
    name: 'no DeleteObject',
    policy: lacking('WriteOutput', 's3:DeleteObject'),
    fails: [DELETE],
    names: [asksFor('DeleteObject', '/out/\\*'), /may still be there/],
    refusal: 'tests could not clean up',
    keepsProbe: true,
    isHealed: true,
  },
  {
    name: 'the action of version 1 of listing',
    policy: changed('ListInput', () => ({ Action: 's3:ListAllMyBuckets' })),
    fails: [LIST],
    names: [asksFor('ListBucket', '')],
    isHealed: true,
  },
  {
    name: 'only reading of versions',
    policy: changed('ReadInput', () => ({ Action: 's3:GetObjectVersion' })),
    fails: [READ],
    names: [asksFor('GetObject', '/in/\\*')],
    isHealed: true,
  },
  {
    name: 'only tagging instead of writing',
    policy: changed('WriteOutput', () => ({
      Action: ['s3:GetObject', 's3:PutObjectTagging', 's3:DeleteObject'],
    })),
    fails: [WRITE],
    names: [asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  // The wrong resource
  {
    name: 'listing allowed on objects instead of the bucket',
    policy: changed('ListInput', ({ Resource }) => ({ Resource: `${[Resource].flat()[0]}/*` })),
    fails: [LIST],
    names: [asksFor('ListBucket', '')],
    isHealed: true,
  },
  {
    name: 'reading allowed on the folder alone',
    policy: changed('ReadInput', ({ Resource }) => ({ Resource: String(Resource).replace('/*', '/') })),
    fails: [READ],
    names: [asksFor('GetObject', '/in/\\*')],
    isHealed: true,
  },
  {
    name: 'reading allowed on the bucket alone',
    policy: changed('ReadInput', ({ Resource }) => ({ Resource: String(Resource).replace('/in/*', '') })),
    fails: [READ],
    names: [asksFor('GetObject', '/in/\\*')],
    isHealed: true,
  },
  {
    name: 'writing allowed in another folder',
    policy: changed('WriteOutput', ({ Resource }) => ({
      Resource: String(Resource).replace('/out/', '/output/'),
    })),
    fails: [WRITE],
    warns: [],
    names: [asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  {
    name: 'folders in other letters',
    policy: changed('ReadInput', ({ Resource }) => ({ Resource: String(Resource).replace('/in/', '/In/') })),
    fails: [READ],
    names: [asksFor('GetObject', '/in/\\*')],
    isHealed: true,
  },
  {
    name: 'a listing condition for another folder',
    policy: changed('ListInput', () => ({ Condition: { StringLike: { 's3:prefix': 'inbox/*' } } })),
    fails: [LIST],
    names: [asksFor('ListBucket', '')],
    isHealed: true,
  },
  {
    name: 'a listing condition without its slash',
    policy: changed('ListInput', () => ({ Condition: { StringEquals: { 's3:prefix': 'in' } } })),
    fails: [LIST],
    names: [asksFor('ListBucket', '')],
    isHealed: true,
  },
  {
    name: 'an input folder nobody granted',
    integration: { inputPrefix: 'elsewhere/' },
    fails: [LIST],
    warns: [],
    names: [/"s3:prefix":"elsewhere\/\*"/],
  },
  {
    name: 'an output folder nobody granted',
    integration: { outputPrefix: 'results/' },
    fails: [WRITE],
    names: [asksFor('PutObject', '/results/\\*')],
  },
  // Only names that end so
  {
    name: 'only pages may be written',
    policy: changed('WriteOutput', ({ Resource }) => ({ Resource: `${String(Resource)}.html` })),
    fails: [WRITE],
    names: [asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  {
    name: 'only PDFs may be written',
    policy: changed('WriteOutput', ({ Resource }) => ({ Resource: `${String(Resource)}.pdf` })),
    fails: [WRITE],
    names: [asksFor('PutObject', '/out/\\*')],
    isHealed: true,
  },
  {
    name: 'only PDFs may be read',
    policy: changed('ReadInput', ({ Resource }) => ({ Resource: `${String(Resource)}.pdf` })),
  },
];

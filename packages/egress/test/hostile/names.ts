import * as fc from 'fast-check';

export const OWN_ZONES = ['sluice.example', 'sluice-workers.example'] as const;

const ZONES = [
  // Nobody's, or only this network's.
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'mail',
  'test',
  'invalid',
  'onion',
  'alt',
  'svc',
  'svc.cluster.local',
  'consul',
  'docker',
  'home.arpa',
  'in-addr.arpa',
  'ip6.arpa',
  'ec2.internal',
  'eu-west-1.compute.internal',
  'c.project.internal',
  'docker.internal',
  // Names that resolve to what is written in them, or to this machine, or to two addresses in turns.
  'nip.io',
  'sslip.io',
  'xip.io',
  'traefik.me',
  'localtest.me',
  'lvh.me',
  'vcap.me',
  'lacolhost.com',
  'rbndr.us',
  '1u.ms',
  'rebind.network',
  'rebind.it',
  'backname.io',
  'local.gd',
  'localho.st',
  'localhost.direct',
  'lcl.host',
  // The clouds' metadata.
  'metadata.goog',
  'metadata.google.internal',
  'metadata.azure.com',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'api.metadata.cloud.ibm.com',
  // Our own.
  ...OWN_ZONES,
];

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/).filter((text) => !text.startsWith('xn--'));
const anyCase = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((flags) =>
      Array.from(text, (letter, index) => (flags[index] === true ? letter.toUpperCase() : letter)).join(''),
    );

/** A name below (or of) a zone that nobody may be sent to, in any case. */
const inZone = fc
  .tuple(fc.array(label, { maxLength: 3 }), fc.constantFrom(...ZONES))
  .map(([labels, zone]) => [...labels, zone].join('.'))
  .chain(anyCase);

const singleLabel = label.chain(anyCase);

/** `10-0-0-1.abc.plex.example`: an address of a private network that the zone's server will take out of the name. */
const carriesAddress = fc
  .tuple(
    fc.constantFrom(
      '10.0.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '192.168.1.20',
      '172.20.0.3',
      '100.100.100.200',
    ),
    fc.constantFrom('.', '-'),
    fc.constantFrom('', 'a-', 'b.', 'make-'),
    fc.constantFrom('', '-rr', '.hash'),
  )
  .map(
    ([address, by, before, after]) => `${before}${address.replaceAll('.', by)}${after}.attacker.example.net`,
  );

/** Names whose resolver, or whose reader, may take them for others. */
const misspelled = label.chain((text) =>
  fc.constantFrom(
    `${text}.example.com.`,
    `${text}..example.com`,
    `-${text}.example.com`,
    `${text}_x.example.com`,
    `${text}.example.com%00.example.net`,
    `${text}.example.0x7f`,
    `${text}.example.1`,
    `${text}%2eexample.com`,
    `${text}。example.com`,
    `${text}.ехample.com`,
    `ﬁ${text}.example.com`,
    `${text}\u200b.example.com`,
    `${text}.xn--a.com`,
    `xn--${text}-.example.com`,
    `${'a'.repeat(64)}.${text}.com`,
    `${text}.example.com\\@127.0.0.1`,
    `${text}\t.example.com`,
    `${text}\n.example.com`,
  ),
);

export const hostileName = fc.oneof(
  { weight: 4, arbitrary: inZone },
  { weight: 1, arbitrary: singleLabel },
  { weight: 2, arbitrary: carriesAddress },
  { weight: 3, arbitrary: misspelled },
);

/** A host that is well, in an endpoint that is not: clear text, user info, ports of other services, other schemes. */
export const hostileRest = fc.tuple(label, fc.nat(65_535)).chain(([text, port]) => {
  const host = `${text}.example.com`;
  const privilegedPort = port % 1023 === 442 ? 80 : (port % 1023) + 1;
  return fc.constantFrom(
    `http://${host}`,
    `https://${text}@${host}`,
    `https://${text}:secret@${host}`,
    `https://${host}@127.0.0.1`,
    `https://${host}:${privilegedPort}`,
    `https://${host}:${[1433, 3306, 5432, 6379, 9200, 11_211, 2375, 27_017, 10_250, 8500][port % 10]}`,
    `https://${host}:${port + 65_536}`,
    `https://${host}:-1`,
    `https://${host}/${text}`,
    `https://${host}//169.254.169.254`,
    `https://${host}?u=${text}`,
    `https://${host}#@${text}`,
    `ftp://${host}`,
    `file://${host}/etc/passwd`,
    `gopher://${host}:6379/_x`,
    `ws://${host}`,
    `data:text/plain,${text}`,
    `javascript:fetch("${host}")`,
    `blob:https://${host}/x`,
    `//${host}`,
    `https:${host}`,
    `https:/\\${host}`,
    host,
  );
});

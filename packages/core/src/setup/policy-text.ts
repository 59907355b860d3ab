/**
 * How a name stands in a policy. In the text of a resource or of `StringLike`, `*` and `?` are wildcards and `${…}` is a
 * variable; a bucket's folders may hold all of them.
 */
export type PolicyDialect =
  /** AWS has variables for the three: `${*}`, `${?}`, `${$}`. */
  | 'aws'
  /** Ceph and MinIO have none, so what would be a wildcard is written as `?`: any one character in that place. */
  | 's3_compatible';

/** A name as a pattern that matches it: itself alone on AWS; elsewhere also what differs in a wildcard's place. */
export const literal = (name: string, dialect: PolicyDialect): string =>
  dialect === 'aws'
    ? name.replaceAll(/[*?$]/g, (character) => `\${${character}}`)
    : name.replaceAll(/\*|\$(?=\{)/g, '?');

/** A name within an ARN. Ceph takes no policy in which the name of an object has a colon. */
export const literalInArn = (name: string, dialect: PolicyDialect): string =>
  dialect === 'aws' ? literal(name, dialect) : literal(name, dialect).replaceAll(':', '?');

/** Whether {@link literalInArn} is wider than the name. */
export const isWidened = (name: string, dialect: PolicyDialect): boolean =>
  dialect === 's3_compatible' && /[*?:]|\$\{/.test(name);

/** The part of an ARN that says which AWS it is. */
export const partitionOf = (region: string): 'aws' | 'aws-cn' | 'aws-us-gov' => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};

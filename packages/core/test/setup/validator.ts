import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { afterAll, expect } from 'vitest';

// Required, not imported: its types bring in those of a browser, which are not Node's, for every test.
const require = createRequire(import.meta.url);
const { parse } = require('@cdktn/hcl2json') as {
  readonly parse: (fileName: string, text: string) => Promise<unknown>;
};

/** Terraform as hcl2json reads it. */
export const parseHcl = (text: string): Promise<unknown> => parse('sluice.tf', text);

/** Undoes how hcl2json writes text that is no template. */
export const unescaped = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll('$${', '${').replaceAll('%%{', '%{'));

/** What AWS's own validator has to say against a template: errors and warnings, not advice. */
export const templateValidator = (): ((template: string) => string[]) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-templates-'));
  const validator = new RegoEngine();
  afterAll(() => {
    validator.free();
    rmSync(directory, { recursive: true });
  });
  return (template) => {
    const file = join(directory, 'template.json');
    writeFileSync(file, template);
    const { diagnostics, metadata } = validator.validateStandard(new TemplateFile(file));
    expect(metadata.resourcesScanned).toBeGreaterThan(0);
    return diagnostics
      .filter(({ severity }) => severity !== 'INFO' && severity !== 'DEBUG')
      .map(({ ruleId, message }) => `${ruleId} ${message}`);
  };
};

/** S3 errors are a few hundred bytes; more is not one. */
const MAX_ERROR_BYTES = 8192;

/** The `<Code>` of an S3 error answer, or null. Reads no more than a few kilobytes of the body. */
export async function providerCode(response: Response): Promise<string | null> {
  const reader = response.body?.getReader();
  if (!reader) return null;
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      text += decoder.decode(next.value.subarray(0, MAX_ERROR_BYTES), { stream: true });
      if (size >= MAX_ERROR_BYTES) break;
    }
  } catch {
    // An error answer that breaks off is still an error answer: keep its status.
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return /<Code>\s*([A-Za-z0-9_.-]{1,100})\s*<\/Code>/.exec(text)?.[1] ?? null;
}

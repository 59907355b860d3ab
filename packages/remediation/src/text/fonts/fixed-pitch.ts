/** Characters that are as wide as wide ones in no other kind of face. */
const NARROW = /^[fijlrtI.,:;'|!]$/;
const WIDE = /^[ABCDEGHKMNOQRUVWXYZabdeghkmnopquwx]$/;
/** What text of programs is made of: others come from other fonts, or stand on two places, as ideographs do. */
const ASCII = /^[!-~]$/;
const SAME_SHARE = 0.01;

/**
 * Width of a face that has one for all, as those of typewriters and consoles: by the widths of the characters of ASCII that it has.
 * Where only few are known, figures alone for instance, the font itself has to say it too.
 *
 * @param characters each with its advance, in any unit
 * @param flagged the font's descriptor says so
 * @returns in the unit of the advances; undefined where its characters differ
 */
export function fixedPitchOf(
  characters: Iterable<readonly [text: string | undefined, width: number]>,
  flagged: boolean,
): number | undefined {
  let pitch: number | undefined;
  let [narrow, wide] = [false, false];
  for (const [text = '', width] of characters) {
    // What the font leaves out has no width.
    if (!ASCII.test(text) || !(width > 0)) continue;
    pitch ??= width;
    if (!isOfPitch(width, pitch)) return undefined;
    narrow ||= NARROW.test(text);
    wide ||= WIDE.test(text);
  }
  return flagged || (narrow && wide) ? pitch : undefined;
}

/** Whether a character is as wide as those of its face: ideographs of a face of fixed pitch are not. */
export function isOfPitch(width: number, pitch: number | undefined): boolean {
  return pitch !== undefined && Math.abs(width - pitch) <= pitch * SAME_SHARE;
}

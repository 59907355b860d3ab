import { intersection } from './boxes.ts';
import type { Box } from './drawings.ts';
import type { Font } from './fonts/font.ts';
import type { Matrix } from './matrix.ts';

/** What `q` saves, as far as it matters for text and for what is seen. */
export interface GraphicsState {
  matrix: Matrix;
  /** The box around what is not clipped away; undefined before anything is. */
  clip: Box | undefined;
  font: Font | undefined;
  fontSize: number;
  characterSpacing: number;
  wordSpacing: number;
  scale: number;
  leading: number;
  rise: number;
  /** Text is read and not drawn, as behind the picture of a scan. */
  isUnseen: boolean;
}

/** Outside of any page. */
const NOWHERE: Box = { x0: -1e9, y0: -1e9, x1: -1e9, y1: -1e9 };

export function initialState(matrix: Matrix): GraphicsState {
  return {
    matrix,
    clip: undefined,
    font: undefined,
    fontSize: 1,
    characterSpacing: 0,
    wordSpacing: 0,
    scale: 1,
    leading: 0,
    rise: 0,
    isUnseen: false,
  };
}

export function clipBy(state: GraphicsState, box: Box): void {
  state.clip = seenOf(state, box) ?? NOWHERE;
}

/** What is seen of a box; undefined when nothing is. */
export function seenOf({ clip }: GraphicsState, box: Box): Box | undefined {
  return clip ? intersection(box, clip) : box;
}

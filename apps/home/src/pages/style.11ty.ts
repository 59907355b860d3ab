import { STYLE } from '../site/assets.ts';

export const data = { permalink: STYLE.url.slice(1), eleventyExcludeFromCollections: true };

export const render = (): string => STYLE.css;

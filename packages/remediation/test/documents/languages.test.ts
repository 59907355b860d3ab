import { expect, test } from 'vitest';
import { markLanguages } from '../../src/language/mark-languages.ts';

const languageOf = (text: string, language: string): string | undefined => {
  const [page] = markLanguages(
    [{ scanned: false, blocks: [{ kind: 'paragraph', content: [{ text }] }] }],
    language,
  );
  const [block] = page?.blocks ?? [];
  return block && 'language' in block ? block.language : undefined;
};

const ENGLISH = 'It was agreed that the roof of the house is to be mended by those who live in it.';
const CHINESE = '我们从昨天开始讨论这个问题,但是还没有人说明为什么会发生。';
const KANJI = '東京都千代田区丸之内一丁目九番一号 株式会社山田製作所 代表取締役社長';

test.each([
  ['a line in Chinese characters of a document in Japanese', KANJI, 'ja'],
  ['such a line of one in Korean', KANJI, 'ko-KR'],
  ['Persian', 'این متن به زبان فارسی نوشته شده است و باید خوانده شود', 'fa'],
  ['Marathi', 'हा मजकूर मराठी भाषेत लिहिलेला आहे आणि तो वाचला जातो', 'mr'],
])('%s is in the language of its document', (_, text, language) => {
  expect(languageOf(text, language)).toBeUndefined();
});

test.each([
  ['English in a document in Japanese', ENGLISH, 'ja', 'en'],
  ['Chinese in a document in Japanese', CHINESE, 'ja', 'zh'],
  ['Chinese in a document in English', KANJI, 'en', 'zh'],
  ['Arabic in a document in English', 'هذا النص مكتوب باللغة العربية ويجب أن يقرأ', 'en', 'ar'],
])('%s is marked', (_, text, language, marked) => {
  expect(languageOf(text, language)).toBe(marked);
});

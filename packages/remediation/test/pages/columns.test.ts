/** Columns of a few lines between those that run across the page, and what stands beside heads. */
import { describe, expect, test } from 'vitest';
import { prose, remediate } from '../support/drawn-lines.ts';

const ACROSS = [
  'The society of the friends of the town came together in the hall of the school, as in every year,',
  'and heard what its members had done since the summer; what they said of it is to be found below.',
];
const STORIES = [
  [
    'The hall has a roof once more. It',
    'was mended by the members, who',
    'came on four Sundays and have',
    'brought their ladders with them.',
  ],
  [
    'Apples have been few. The frost',
    'came late and took most of them,',
    'so that the feast is to be without',
    'cider in this year and the next.',
  ],
  [
    'Those who walk meet at the gate',
    'of the school at nine. They take',
    'what they eat with them, and go',
    'home by the train of the evening.',
  ],
];
const HEADS = ['The roof', 'The garden', 'The walk'];
const across = (top: number): string => ACROSS.map((text, at) => prose(text, top - at * 14)).join('\n');
const column = (at: number, width: number, more: readonly string[] = []): string =>
  [
    prose(HEADS[at] ?? '', 700, 30 + at * width, true),
    ...[...(STORIES[at] ?? []), ...more].map((text, line) => prose(text, 682 - line * 14, 30 + at * width)),
  ].join('\n');
const textOf = (html: string): string => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const storyOf = (at: number): string => `${HEADS[at]} ${STORIES[at]?.join(' ')}`;

describe('columns of text with a head in bold over each', () => {
  const page = (...columns: readonly string[]): string =>
    [across(780), across(740), ...columns, across(600), across(570), across(540), across(510)].join('\n');

  test.each([
    [2, 240],
    [3, 190],
  ])('are read one after the other: %d', async (count, width) => {
    const columns = Array.from({ length: count }, (_, at) => column(at, width));
    const { html } = await remediate(page(...columns));
    expect(html).not.toContain('<td');
    for (let at = 0; at < count; at++) expect(textOf(html)).toContain(storyOf(at));
  });

  test('are read one after the other, where a third of them has a few lines only, and no sentence', async () => {
    const dates = ['3 May Meeting in', 'the hall', '9 June Walk'];
    const third = [
      prose('Dates', 700, 410, true),
      ...dates.map((text, line) => prose(text, 682 - line * 14, 410)),
    ].join('\n');
    const { html } = await remediate(page(column(0, 190), column(1, 190), third));
    expect(html).not.toContain('<td');
    for (const at of [0, 1]) expect(textOf(html)).toContain(storyOf(at));
    expect(textOf(html)).toContain(`Dates ${dates.join(' ')}`);
  });

  test('are read to their ends, where one has more lines', async () => {
    const { html } = await remediate(page(column(0, 240, ['They came again in autumn.']), column(1, 240)));
    expect(textOf(html)).toContain(`${storyOf(0)} They came again in autumn. ${storyOf(1)}`);
  });
});

describe('figures beside text', () => {
  const TALKS = [
    'What the river brings',
    'How the bridge was built and what it cost',
    'Who owns the mill',
    'Of fish',
    'Boats and their names',
    'What is to be done',
  ];

  test('are read with what stands beside them, where each has one line', async () => {
    const hours = TALKS.map((talk, at) => [
      prose(`${at + 9}:00`, 700 - at * 14),
      prose(`${talk}, told by those who know it best`, 700 - at * 14, 140),
    ]).flat();
    const { html } = await remediate([across(780), ...hours].join('\n'));
    for (const [at, talk] of TALKS.entries()) expect(textOf(html)).toContain(`${at + 9}:00 ${talk}`);
  });

  test('are read by themselves where they count lines of one text', async () => {
    const lines = STORIES.flat().flatMap((text, at) =>
      at % 2 === 0 ? [`${text} ${STORIES.flat()[at + 1]}`] : [],
    );
    const counted = lines.flatMap((text, at) => [
      prose(`${at + 1}`, 700 - at * 14),
      prose(text, 700 - at * 14, 110),
    ]);
    const { html } = await remediate(counted.join('\n'));
    expect(html).not.toContain('<td');
  });
});

test('words in bold before what they mean are read with it, also below a title', async () => {
  const words = ['Ashlar', 'Batten', 'Cornice', 'Dado', 'Eaves'];
  const lines = words.flatMap((word, at) => [
    prose(word, 700 - at * 40, 72, true),
    ...(STORIES[at % 3] ?? [])
      .slice(0, 2)
      .map((text, line) => prose(`${text} ${text}`, 700 - at * 40 - line * 14, 180)),
  ]);
  const title = prose('Words', 740, 72, true).replace(' 11 Tf', ' 20 Tf');
  const { html } = await remediate([title, ...lines].join('\n'));
  for (const [at, word] of words.entries()) expect(textOf(html)).toContain(`${word} ${STORIES[at % 3]?.[0]}`);
});

describe('blocks of short lines', () => {
  const block = (texts: readonly string[], x: number, top: number, leading = 14): string =>
    texts.map((text, at) => prose(text, top - at * leading, x)).join('\n');

  test('are read before what stands below them, as above a letter', async () => {
    const { html } = await remediate(
      [
        block(['Hill and Sons, Oldham'], 72, 800),
        block(['Mr John Smith', '4 Green Lane', 'Oldham OL2 6AB'], 72, 772),
        block(['Hill and Sons', '12 Market Street', 'Oldham OL1 1AA', 'Telephone 0161 496'], 380, 800),
        block(['Your letter of', '1 March 2024'], 72, 690),
        block(['Telephone', '0161 496 0001'], 380, 690),
        block(['Offer for your roof'], 72, 640),
        block(['Dear Mr Smith,'], 72, 612),
        across(584),
        across(544),
      ].join('\n'),
    );
    expect(textOf(html)).toMatch(
      /Green Lane Oldham OL2 6AB Hill and Sons .* Telephone 0161 496 Your letter .* 0161 496 0001 Offer for your roof Dear Mr Smith, The society/,
    );
  });

  test('that are entries of two lists are read one after the other', async () => {
    const [left, right] = [
      [
        'The hall has a roof again',
        'The garden has no fence',
        'The walk is in September',
        'Songs are sung on Friday',
      ],
      [
        'Money that is left for all',
        'Money that is owed to us',
        'What the members have paid',
        'What is paid by the town',
      ],
    ];
    const { html } = await remediate([block(left, 72, 700, 28), block(right, 320, 700, 28)].join('\n'));
    expect(textOf(html)).toContain([...left, ...right].join(' '));
  });

  test('are columns where both go on to their end', async () => {
    const shown = (x: number, texts: readonly string[]): string =>
      [block(texts.slice(0, 3), x, 700), block(texts.slice(3), x, 640)].join('\n');
    const [left, right] = [
      ['Hall', 'School', 'Garden of the school', 'Mill', 'Bridge below it', 'Ferry'],
      ['Monday', 'Tuesday', 'Wednesday at nine', 'Thursday', 'Friday or later', 'Sunday'],
    ];
    const offset = 5;
    const { html } = await remediate(
      [
        shown(72, left),
        shown(320, right).replaceAll(/ (\d+) Tm/g, (_, y) => ` ${Number(y) - offset} Tm`),
      ].join('\n'),
    );
    expect(textOf(html)).toContain([...left, ...right].join(' '));
  });
});

describe('columns that stand close to each other between lines across the page', () => {
  const [LEFT, RIGHT] = [
    [...(STORIES[0] ?? []), ...(STORIES[1] ?? [])],
    [...(STORIES[2] ?? []), ...(STORIES[0] ?? [])],
  ];
  const page = (down: number): string =>
    [
      across(780),
      across(740),
      ...LEFT.map((text, at) => prose(text, 690 - at * 14)),
      ...RIGHT.map((text, at) => prose(text, 690 - down - at * 14, 252)),
      across(540),
      across(510),
    ].join('\n');

  test.each([
    ['on the same lines', 0],
    ['on lines of their own', 6],
  ])('are read one after the other: %s', async (_, down) => {
    const { html } = await remediate(page(down));
    expect(html).not.toContain('<td');
    expect(textOf(html)).toContain(`below. ${LEFT.join(' ')} ${RIGHT.join(' ')} The society`);
  });

  test.each([
    ['close to each other', 252],
    ['far from each other', 300],
  ])('leave the heading below them to what follows: %s', async (_, x) => {
    const content = [
      across(780),
      across(740),
      ...LEFT.map((text, at) => prose(text, 690 - at * 14)),
      ...RIGHT.slice(1).map((text, at) => prose(text, 690 - at * 14, x)),
      prose('The bells', 560, 72, true),
      across(540),
      across(510),
    ].join('\n');
    const { html } = await remediate(content);
    expect(textOf(html)).toContain(`${LEFT.join(' ')} ${RIGHT.slice(1).join(' ')} The bells The society`);
  });

  test('keep the last lines of the longer one, as they are no heading', async () => {
    const content = [
      across(780),
      across(740),
      ...LEFT.map((text, at) => prose(text, 690 - at * 14)),
      ...RIGHT.slice(2).map((text, at) => prose(text, 690 - at * 14, 252)),
      across(540),
      across(510),
    ].join('\n');
    expect(textOf((await remediate(content)).html)).toContain(
      `${LEFT.join(' ')} ${RIGHT.slice(2).join(' ')}`,
    );
  });

  test('lose no words where a line runs across both', async () => {
    const line = prose('All of this was found in order by those who had asked for it in the spring.', 634);
    const { html } = await remediate([page(0).replaceAll(/^.* 634 Tm.*$/gm, ''), line].join('\n'));
    expect(textOf(html)).toContain(
      'All of this was found in order by those who had asked for it in the spring.',
    );
    for (const word of [...LEFT.slice(0, 4), ...LEFT.slice(5)].join(' ').split(' '))
      expect(textOf(html)).toContain(word);
  });
});

test('a glossary in columns, its words in bold above what they mean, is no table', async () => {
  const words = ['Anchor', 'Bow', 'Crew', 'Deck', 'Engine', 'Fender'];
  const meant = ['Holds a ship', 'Goes first', 'Work on board', 'A floor', 'Drives it', 'Hangs outside'];
  const entries = words.map((word, at) => {
    const [x, y] = [at < 3 ? 60 : 320, 700 - (at % 3) * 28];
    return `${prose(word, y, x, true)}\n${prose(meant[at] ?? '', y - 14, x + 30)}`;
  });
  const { html } = await remediate([across(780), ...entries].join('\n'));
  expect(html).not.toContain('<td');
  expect(textOf(html)).toContain(words.map((word, at) => `${word} ${meant[at]}`).join(' '));
});

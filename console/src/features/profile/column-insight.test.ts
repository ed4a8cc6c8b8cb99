import { expect, test } from 'vitest'

import {
  byInterest,
  completeness,
  headline,
  insightOf,
  insightsOf,
  measuresOf,
  oddities,
  outlierRows,
  patternWords,
  strongPairs,
  typicalRow,
} from './column-insight'

const PRICE = {
  name: 'list_price',
  type: 'decimal',
  facts: {
    rows: 200,
    missing: 12,
    missing_share: '0.060000',
    invalid: 3,
    distinct: 40,
    min: '1.50',
    max: '990.00',
    median: '12.40',
    mean: '31.2',
    std: '80.5',
    quantiles: { '0.25': '8', '0.75': '20' },
    outliers: { fences: ['-10', '38'], outside: 7 },
    histogram: {
      edges: ['0', '10', '20', '30'],
      shares: ['0.5', '0.4', '0'],
      below: '0.000000',
      above: '0.1',
    },
    top: [],
    patterns: [],
  },
}

test('a column of amounts has its range, middle, spread and outliers in its unit', () => {
  const insight = insightOf(PRICE, 'GBP')
  expect(insight.facts).toEqual([
    '£1.50 to £990',
    'median £12.40, mean £31.20, deviation £80.50',
    'half lie between £8.00 and £20.00',
  ])
  expect(insight.look).toEqual([
    '6 % missing (12)',
    '3 values refused',
    '7 outliers above £38.00', // no price is below zero, so no bound is
  ])
  expect(insight.bars.map(({ label, share }) => [label, share])).toEqual([
    ['£0.00 – £10.00', 0.5],
    ['£10.00 – £20.00', 0.4],
    ['£20.00 – £30.00', 0],
    ['£30.00 and above, up to £990', 0.1],
  ])
})

test('a column of one value says that value once', () => {
  const facts = { ...PRICE.facts, missing: 0, min: '1.50', max: '1.50' }
  expect(insightOf({ ...PRICE, facts }, 'GBP').facts).toEqual(['always £1.50'])
  expect(insightOf({ ...PRICE, facts }, 'GBP').bars).toEqual([])
})

test('a column of texts has its most frequent values and the rest', () => {
  const top = [
    { value: 'card', count: 6 },
    { value: 'cash', count: 3 },
  ]
  const facts = {
    rows: 11,
    missing: 1,
    missing_share: '0.09',
    invalid: 0,
    distinct: 3,
    top,
    patterns: [],
    bins: {},
  }
  expect(insightOf({ name: 'method', type: 'string', facts }).bars).toEqual([
    { label: 'card', share: 0.6 },
    { label: 'cash', share: 0.3 },
    { label: 'all others', share: expect.closeTo(0.1) as number, isRest: true },
  ])
})

test('an identifier has the form of its values and no distribution', () => {
  const facts = {
    rows: 30,
    missing: 0,
    invalid: 0,
    distinct: 30,
    identifier: true,
    top: [],
    patterns: [{ pattern: 'A{2}-9{5}', share: '1.0' }],
    bins: { x: '0.1' },
  }
  const insight = insightOf({ name: 'sku', type: 'string', facts })
  expect(insight.facts).toEqual(['30 different values', '100 % are like 2 capitals, "-", 5 digits'])
  expect(insight.bars).toEqual([])
})

test.each([
  ['2026-01-05 02:00:00', 25, '5 Jan 2026', 'on average one every 4 hours'],
  ['2026-01-01 01:00:00', 1, '', ''],
])('times that name rows have the first, the last and the step between them', (max, distinct, last, step) => {
  const facts = {
    rows: 25,
    missing: 0,
    invalid: 0,
    distinct,
    identifier: true,
    min: '2026-01-01 02:00:00',
    max,
  }
  const insight = insightOf({ name: 'measured_at', type: 'timestamp', facts })
  expect(insight.facts).toHaveLength(step ? 2 : 1)
  expect(insight.facts[0]).toContain(last)
  expect(insight.facts[1] ?? '').toBe(step)
})

test('of a sensitive column no value is shown', () => {
  const facts = { rows: 30, missing: 2, missing_share: '0.066667', invalid: 0, sensitive: true }
  const insight = insightOf({ name: 'pan', type: 'string', facts })
  expect([insight.facts, insight.bars, insight.look]).toEqual([
    ['Its values are not shown: by its name or its values, the column may be sensitive.'],
    [],
    ['6.7 % missing (2)'],
  ])
  const cards = { ...facts, hidden_by: 'card_numbers', hidden_because: 'they look like card numbers' }
  expect(insightOf({ name: 'F1', type: 'int', facts: cards }).facts).toEqual([
    'Its values are not shown: they look like card numbers.',
  ])
})

test('a column of personal data is hidden from those who may not see it, and shown to the others', () => {
  const counts = {
    rows: 30,
    missing: 2,
    missing_share: '0.066667',
    invalid: 0,
    sensitive: false,
    distinct: 9,
  }
  const column = { name: 'notes', type: 'string', facts: { ...counts, personal: true } }
  expect(insightOf(column).facts).toEqual([
    'Its values are not shown: they are about people, and you are in no group that may see them.',
  ])
  expect(insightOf({ ...column, facts: { ...counts, top: [] } }).facts).toEqual(['9 different values'])
})

test('whole numbers are counted by value, or by the first and last one of a bar', () => {
  const labels = (edges: string[]) => {
    const histogram = { edges, shares: ['0.5', '0.5'], below: '0', above: '0' }
    const facts = { ...PRICE.facts, min: '1', max: '40', histogram }
    return insightOf({ name: 'stars', type: 'int', facts }).bars.map(({ label }) => label)
  }
  expect(labels(['1', '2', '3'])).toEqual(['1', '2'])
  expect(labels(['0', '20', '40'])).toEqual(['0 – 19', '20 – 39'])
  // The last bar ends at the greatest value.
  expect(labels(['0', '40', '80'])).toEqual(['0 – 39', '40'])
})

test('a long tail is said where nothing else is far off, with its ends', () => {
  const facts = { ...PRICE.facts, outliers: { fences: ['-10', '38'], outside: 37 }, missing: 0, invalid: 0 }
  const insight = insightOf({ ...PRICE, facts }, 'GBP')
  expect(insight.look).toEqual([])
  expect(insight.facts).toContain('a long tail: 18.5 % lie above £38.00, up to £990')
  expect(oddities([insight])).toBe('Long tails: List price (18.5 % lie above £38.00, up to £990).')
})

test('of few values one that is far off is no long tail', () => {
  const facts = { ...PRICE.facts, rows: 6, missing: 0, invalid: 0 }
  const insight = insightOf(
    { ...PRICE, facts: { ...facts, outliers: { fences: ['-10', '38'], outside: 1 } } },
    'GBP',
  )
  expect([insight.facts.join(), insight.tail, insight.look]).toEqual([
    expect.not.stringContaining('tail'),
    '',
    [],
  ])
})

test('two bars of a histogram never have the same ends in words', () => {
  const labels = (unit: string, edges: string[]) => {
    const histogram = { edges, shares: ['0.5', '0.3', '0.2'], below: '0', above: '0' }
    const facts = { ...PRICE.facts, min: edges[0], max: edges.at(-1), histogram }
    return insightOf({ ...PRICE, facts }, unit).bars.map(({ label }) => label)
  }
  expect(labels('EUR', ['396', '396.35', '396.7', '397.05'])).toEqual([
    '€396.00 – €396.35',
    '€396.35 – €396.70',
    '€396.70 – €397.05',
  ])
  expect(labels('kg', ['10396', '10396.35', '10396.7', '10397.05'])).toEqual([
    '10,396 – 10,396.35 kg',
    '10,396.35 – 10,396.7 kg',
    '10,396.7 – 10,397.05 kg',
  ])
  expect(labels('EUR', ['100', '200', '300', '400'])[0]).toBe('€100 – €200')
})

test('a pattern is read in words', () => {
  expect(patternWords('9999-a{3}')).toBe('4 digits, "-", 3 small letters')
})

test('the headline names the columns that are worth a look', () => {
  expect(headline(200, [insightOf(PRICE)])).toBe('200 rows, 1 column; look at List price')
  const fine = { ...insightOf(PRICE), look: [] }
  expect(headline(2, [fine, fine])).toBe('2 rows, 2 columns; nothing is missing or far off')
})

test('two columns of one page have two headings', () => {
  const [id, name] = insightsOf([
    { ...PRICE, name: 'product_id' },
    { ...PRICE, name: 'product_name' },
  ])
  expect([id?.heading, name?.heading]).toEqual(['Product id', 'Product name'])
  expect(insightsOf([{ ...PRICE, name: 'product_id' }])[0]?.heading).toBe('Product id')
})

test('days of a profile have their year, and no time where they span days', () => {
  const facts = {
    rows: 3,
    distinct: 3,
    min: '2026-01-01 00:00:00',
    max: '2026-03-01 00:00:00',
    median: '2026-02-01 12:00:00',
    mean: '2026-02-01 12:00:00',
  }
  expect(insightOf({ name: 'updated_at', type: 'timestamp', facts }).facts.slice(0, 2)).toEqual([
    '1 Jan 2026 to 1 Mar 2026',
    'median 1 Feb 2026, mean 1 Feb 2026',
  ])
})

test('outliers on both sides name both bounds', () => {
  const facts = { ...PRICE.facts, min: '-50' }
  expect(insightOf({ ...PRICE, facts }, 'GBP').look).toContain('7 outliers below -£10.00 or above £38.00')
})

test('a dataset says whether it is complete and what is odd', () => {
  const insights = insightsOf([PRICE], { list_price: 'GBP' })
  expect(completeness(insights)).toBe('Missing are values of List price (6 %).')
  expect(oddities(insights)).toBe('Far off: List price (3 values refused, 7 outliers above £38.00).')
  const fine = insights.map((one) => ({ ...one, look: [], missing: '' }))
  expect([completeness(fine), oddities(fine)]).toEqual([
    'Complete: no value is missing.',
    'Nothing is far off.',
  ])
})

test('columns that move together are named, the strongest first; weak ones are not', () => {
  const pairs = [
    { left: 'a', right: 'b', r: 0.6 },
    { left: 'a', right: 'price', r: -0.9 },
    { left: 'b', right: 'c', r: 0.2 },
  ]
  expect(strongPairs(pairs).map(({ words }) => words)).toEqual([
    'High A goes with low Price',
    'High A goes with high B',
  ])
})

test('the ends of a step have the same decimals', () => {
  const histogram = { edges: ['0', '0.5', '1', '1.5'], shares: ['0.5', '0.2', '0.3'], below: '0', above: '0' }
  const facts = { ...PRICE.facts, min: '0.20', histogram }
  expect(insightOf({ ...PRICE, facts }, 'GBP').bars.map(({ label }) => label)).toEqual([
    '£0.00 – £0.50',
    '£0.50 – £1.00',
    '£1.00 – £1.50',
  ])
})

test('outliers lead to their rows, the farthest first, where a table has them', () => {
  expect(insightOf(PRICE, 'GBP').outliers).toBe('')
  expect(insightOf(PRICE, 'GBP', 'curated.products').outliers).toBe(
    'SELECT *\nFROM curated.products\nWHERE "list_price" > 38\nORDER BY "list_price" DESC\nLIMIT 1000',
  )
  const early = { name: 'at', facts: { min: '2001-01-01T00:00:00', max: '2010-01-01T00:00:00' } }
  const outliers = { fences: ['2009-01-01T00:00:00', '2011-01-01T00:00:00'], outside: 3 }
  expect(outlierRows({ ...early, facts: { ...early.facts, outliers } }, 't')).toBe(
    'SELECT *\nFROM t\nWHERE "at" < TIMESTAMP \'2009-01-01 00:00:00\'\nORDER BY "at"\nLIMIT 1000',
  )
})

test('a form that few values have is noise', () => {
  const facts = {
    ...PRICE.facts,
    min: undefined,
    max: undefined,
    bins: {},
    patterns: [{ pattern: 'A{6}', share: '0.45' }],
  }
  expect(insightOf({ name: 'name', type: 'string', facts }).facts).toEqual(['40 different values'])
})

test('a column of yes and no in words of its own keeps these words', () => {
  const top = [
    { value: 'ja', share: '0.5' },
    { value: 'false', share: '0.5' },
  ]
  const { bars } = insightOf({
    name: 'lieferbar',
    type: 'bool',
    facts: { rows: 62, missing: 0, distinct: 2, top },
  })
  expect(bars.map(({ label }) => label)).toEqual(['ja', 'no'])
})

const CATEGORY = {
  name: 'category',
  type: 'string',
  facts: {
    rows: 100,
    missing: 0,
    distinct: 2,
    top: [
      { value: 'kitchen', count: 80 },
      { value: 'bags', count: 20 },
    ],
  },
}
const NAME = {
  name: 'product_id',
  type: 'string',
  facts: { rows: 100, missing: 0, distinct: 100, identifier: true },
}

test('a dataset is said by its typical row: kinds, middle halves and shares, without names', () => {
  const top = [
    { value: 'true', count: 75 },
    { value: 'false', count: 25 },
  ]
  const active = { ...CATEGORY, name: 'is_active', type: 'bool', facts: { ...CATEGORY.facts, top } }
  expect(typicalRow(insightsOf([NAME, CATEGORY, PRICE, active], { list_price: 'GBP' }))).toBe(
    'Category: most often kitchen (80 %) · List price: half lie between £8.00 and £20.00 · Is active: yes in 75 %.',
  )
  expect(typicalRow(insightsOf([NAME]))).toBe('')
  const even = {
    ...CATEGORY,
    facts: { ...CATEGORY.facts, distinct: 2, top: top.map((each) => ({ ...each, count: 50 })) },
  }
  expect(typicalRow(insightsOf([even]))).toBe('Category: 2 values about equally often.')
})

test('a median of a dataset is that of its rows, not a rounded one', () => {
  const exact = { ...PRICE, facts: { ...PRICE.facts, median: '116.48' } }
  expect(insightOf(exact, 'kg').facts.join()).toContain('median 116.48 kg')
  expect(insightOf(exact).facts.join()).toContain('median 116.48')
})

test('numbers of a key measure nothing: they have a range with all digits, and no quartiles, mean or chart', () => {
  const note = {
    name: 'note_no',
    type: 'int',
    facts: {
      ...PRICE.facts,
      missing: 0,
      invalid: 0,
      distinct: 60,
      min: '26011',
      max: '26045',
      mean: '26030',
      quantiles: { '0.25': '26020', '0.75': '26040' },
    },
  }
  const insights = insightsOf([note, PRICE], {}, 't.notes', {}, {}, {}, new Set(['note_no']))
  const [key] = insights
  expect(key?.facts).toEqual(['26011 to 26045', '60 different values'])
  expect([key?.bars, key?.typical, key?.tail, key?.outliers, key?.look]).toEqual([[], '', '', '', []])
  expect(measuresOf(insights).map(({ name }) => name)).toEqual(['list_price'])
  expect(measuresOf(insightsOf([note])).map(({ name }) => name)).toEqual(['note_no'])
})

test('quartiles of whole numbers are not rounded further than to whole ones', () => {
  const quantiles = { '0.25': '26018.5', '0.75': '26034.25' }
  const metres = {
    ...PRICE,
    name: 'metres',
    type: 'int',
    facts: { ...PRICE.facts, quantiles, mean: '26030.7' },
  }
  const { facts } = insightOf(metres)
  expect(facts.at(-1)).toBe('half lie between 26,019 and 26,034')
  expect(facts.join()).toContain('mean 26,031')
})

test('columns with something odd come first, then those with a distribution, and names last', () => {
  const order = byInterest(insightsOf([NAME, CATEGORY, PRICE])).map(({ name }) => name)
  expect(order).toEqual(['list_price', 'category', 'product_id'])
})

test('where more than one value in twenty is beyond the bounds the column has a long tail, and no outlier', () => {
  const facts = { ...PRICE.facts, outliers: { fences: ['-10', '38'], outside: 37 } }
  const insight = insightOf({ ...PRICE, facts }, 'GBP', 'products')
  expect(insight.look.some((text) => text.includes('outlier'))).toBe(false)
  expect(insight.facts).toContain('a long tail: 20 % lie above £38.00, up to £990')
  expect(insight.outliers).toBe('')
})

test('figures of a sample say so, and exact ones do not', () => {
  const estimated = { distinct: 'at least', mean: 'of the sample', sampled_rows: '50' }
  const insight = insightOf({ ...PRICE, facts: { ...PRICE.facts, estimated } }, 'GBP')
  expect(insight.facts).toEqual([
    '£1.50 to £990',
    'median about £12.40, mean about £31.20, deviation about £80.50',
    'about half lie between £8.00 and £20.00',
  ])
  expect(insight.look).toContain('about 7 outliers above £38.00')
  expect(insight.basis).toBe(
    'What is typical, shares of values, outliers and figures with “about” are estimated from 50 of 200 rows',
  )
  expect(insightOf(PRICE, 'GBP').basis).toBe('')
})

test('different values are counted exactly, at least or about, as the profile counted them', () => {
  const texts = (distinct: string) => ({
    name: 'title',
    type: 'string',
    facts: { rows: 900, distinct: 412, top: [{ value: 'a', count: 2 }], estimated: { distinct } },
  })
  const [exact, least, nearly] = ['exact', 'at least', 'standard error 0.8 %'].map(
    (method) => insightOf(texts(method)).facts[0],
  )
  expect([exact, least, nearly]).toEqual([
    '412 different values',
    'at least 412 different values',
    'about 412 different values',
  ])
})

test('all other values together are no value that a column typically has', () => {
  const top = Array.from({ length: 10 }, (_, at) => ({ value: `0${at}/27`, count: 30 - at }))
  const months = { name: 'expiry', type: 'string', facts: { rows: 1000, missing: 0, distinct: 40, top } }
  expect(insightOf(months).typical).toBe('most often 00/27 (3 %)')
  expect(insightOf(months).bars.at(-1)).toMatchObject({ label: 'all others' })
})

test('a column of texts that are all equal says so', () => {
  const top = [{ value: 'north', count: 5 }]
  const same = { name: 'area', type: 'string', facts: { rows: 5, missing: 0, distinct: 1, top } }
  expect(insightOf(same).typical).toBe('always north')
  const gaps = { ...same, facts: { ...same.facts, rows: 9, missing: 4 } }
  expect(insightOf(gaps).typical).toBe('north wherever there is a value')
})

test('a column of which a sample has a single value is not said to have it always', () => {
  const estimated = { distinct: 'at least', mean: 'of the sample', sampled_rows: '5' }
  const top = [{ value: 'north', count: 500 }]
  const text = { name: 'area', type: 'string', facts: { rows: 500, missing: 0, distinct: 1, top, estimated } }
  expect(insightOf(text).typical).toBe('north in all sampled rows')
  expect(insightOf({ ...text, facts: { ...text.facts, missing: 9 } }).typical).toBe(
    'north in all sampled rows with a value',
  )
  const facts = { ...PRICE.facts, missing: 0, min: '1.50', max: '1.50', estimated }
  expect(insightOf({ ...PRICE, facts }, 'GBP').typical).toBe('always £1.50')
  const ofSample = { ...facts, estimated: { ...estimated, range: 'of the sample' } }
  expect(insightOf({ ...PRICE, facts: ofSample }, 'GBP').typical).toBe('£1.50 in all sampled rows')
})

test('a range and missing values that no footer has are estimates too', () => {
  const estimated = {
    mean: 'of the sample',
    range: 'of the sample',
    missing: 'of the sample',
    sampled_rows: '50',
  }
  const insight = insightOf({ ...PRICE, facts: { ...PRICE.facts, estimated } }, 'GBP')
  expect(insight.facts[0]).toBe('about £1.50 to £990')
  expect(insight.look[0]).toBe('about 6 % missing (12)')
})

const SCORE = {
  name: 'q5',
  type: 'int',
  facts: {
    ...PRICE.facts,
    invalid: 0,
    missing: 0,
    min: '0',
    max: '10',
    quantiles: { '0.25': '3', '0.75': '9' },
    outliers: {},
    values: [
      { value: '0', share: '0.1' },
      { value: '3', share: '0.3' },
      { value: '9', share: '0.4' },
      { value: '10', share: '0.2' },
    ],
  },
}

test('few different numbers are listed as values, in their order', () => {
  const insight = insightOf(SCORE)
  expect(insight.bars.map(({ label, share }) => [label, share])).toEqual([
    ['0', 0.1],
    ['3', 0.3],
    ['9', 0.4],
    ['10', 0.2],
  ])
  expect(insight.typical).toBe('half lie between 3 and 9')
})

test('a number that most rows have is said instead of a range', () => {
  const values = [
    { value: '7', share: '0.25' },
    { value: '19', share: '0.75' },
  ]
  expect(insightOf({ ...SCORE, facts: { ...SCORE.facts, values } }).typical).toBe('75 % are 19')
  const facts = { ...SCORE.facts, values: undefined, quantiles: { '0.25': '7', '0.75': '7' } }
  expect(insightOf({ ...SCORE, facts }).typical).toBe('at least half are 7')
})

test('answers that are given several at once are counted each', () => {
  const options = [
    { value: 'Web shop', share: '0.513393' },
    { value: 'Other', share: '0.504464' },
  ]
  const facts = { rows: 240, missing: 16, distinct: 38, options, top: [{ value: 'Web shop', count: 24 }] }
  const insight = insightOf({ name: 'q3', type: 'string', facts })
  expect(insight.bars.map(({ label, share }) => [label, share])).toEqual([
    ['Web shop', 0.513393],
    ['Other', 0.504464],
  ])
  expect(insight.facts).toEqual([
    '2 answers, several at once: shares are of the rows with an answer',
    '38 combinations',
  ])
  expect(insight.typical).toBe('most often Web shop (51.3 %)')
})

test('answers of a scale are in its order', () => {
  const top = [
    { value: 'Neither', count: 5 },
    { value: 'Very dissatisfied', count: 3 },
    { value: 'Very satisfied', count: 2 },
  ]
  const facts = { rows: 10, missing: 0, distinct: 3, top }
  expect(insightOf({ name: 'q2_1', type: 'string', facts }).bars.map(({ label }) => label)).toEqual([
    'Very satisfied',
    'Neither',
    'Very dissatisfied',
  ])
})

test('a column that is only numbered is headed by its question, unless it has a title', () => {
  const headings = (descriptions: Record<string, string>, titles = {}) =>
    insightsOf([SCORE, PRICE], { list_price: 'kg' }, '', titles, descriptions).map(({ heading }) => heading)
  const questions = { q5: 'How likely are you to recommend us?', list_price: 'The price of a piece.' }
  expect(headings(questions)).toEqual(['How likely are you to recommend us?', 'List price (kg)'])
  expect(headings(questions, { q5: 'Recommend' })).toEqual(['Recommend', 'List price (kg)'])
  expect(headings({})).toEqual(['Q5', 'List price (kg)'])
})

test('a value apart from all others is far off, also of a column with a long tail, and is named first', () => {
  const outliers = { fences: ['-10', '38'], outside: 37, together: { high: '88.00' }, apart: 1 }
  const cost = insightOf(
    { ...PRICE, name: 'cost', facts: { ...PRICE.facts, missing: 0, invalid: 0, outliers } },
    'GBP',
    'lake.costs',
  )
  expect(cost.look).toEqual(['1 value apart from all others: £990, the next is £88.00'])
  expect(cost.tail).toBe('18.5 % lie above £38.00, up to £88.00')
  expect(cost.outliers).toContain('WHERE "cost" > 88.00\nORDER BY "cost" DESC')
  const weight = insightOf({
    ...PRICE,
    name: 'weight',
    facts: { ...PRICE.facts, missing: 0, invalid: 0, outliers: { fences: ['-10', '38'], outside: 7 } },
  })
  expect(oddities([weight, cost])).toMatch(/^Far off: Cost \(1 value apart .*\), Weight \(7 outliers/)
})

test('a value apart is named before the outliers of its column', () => {
  const outliers = { fences: ['-10', '38'], outside: 7, together: { low: '-40', high: '88.00' }, apart: 3 }
  const { look, outliers: statement } = insightOf(
    { ...PRICE, facts: { ...PRICE.facts, min: '-999', missing: 0, invalid: 0, outliers } },
    '',
    'lake.costs',
  )
  expect(look[0]).toBe('3 values apart from all others: -999 and 990, the next are -40 and 88')
  expect(look[1]).toBe('7 outliers below -10 or above 38')
  expect(statement).toContain('> 38')
})

test('columns without a value are named as empty, and nothing else being far off is said', () => {
  const empty = (name: string) => ({ name, type: '', facts: { rows: 9, missing: 9, missing_share: '1' } })
  const insights = insightsOf([...'abcd'].map((sign) => empty(`field_${sign}`)))
  expect(completeness(insights)).toBe(
    '4 of 4 columns are empty: Field a, Field b, Field c and 1 more column.',
  )
  expect(oddities(insights)).toBe('Nothing else is far off.')
  expect(completeness(insightsOf([empty('a'), PRICE]))).toBe(
    '1 of 2 columns is empty: A. Missing are values of List price (6 %).',
  )
})

test('what is typical names measures before others, and no position or bay', () => {
  const number = (name: string, type = 'decimal') => ({ ...PRICE, name, type })
  const words = typicalRow(
    insightsOf([
      ...['hall', 'shift'].map((name) => ({ ...CATEGORY, name })),
      number('location_bay', 'int'),
      number('readings_position', 'int'),
      ...['temperature', 'vibration', 'pressure', 'speed'].map((name) => number(name)),
    ]),
  )
  expect([...words.matchAll(/([A-Z][a-z ]+):/g)].map(([, name]) => name)).toEqual([
    'Hall',
    'Temperature',
    'Vibration',
    'Pressure',
    'Speed',
  ])
})

test('a name that most rows have is shown by a bar, and other names are not', () => {
  const region = (many: number) =>
    insightOf({
      name: 'region_id',
      type: 'int',
      facts: {
        rows: 100,
        missing: 0,
        distinct: 37,
        identifier: true,
        min: '1',
        max: '37',
        top: [
          { value: '4', count: many },
          { value: '9', count: 2 },
        ],
      },
    })
  expect(region(92).bars.map(({ label, share }) => [label, share])).toEqual([
    ['4', 0.92],
    ['9', 0.02],
    ['all others', expect.closeTo(0.06)],
  ])
  expect(region(30).bars).toEqual([])
})

test('each number carries a short unit, which the two ends of a bar share', () => {
  const insight = insightOf({ ...PRICE, name: 'weight' }, 'kg')
  expect(insight.facts).toEqual([
    '1.5 kg to 990 kg',
    'median 12.4 kg, mean 31.2 kg, deviation 80.5 kg',
    'half lie between 8 kg and 20 kg',
  ])
  expect(insight.bars.map(({ label }) => label)).toEqual([
    '0 – 10 kg',
    '10 – 20 kg',
    '20 – 30 kg',
    '30 kg and above, up to 990 kg',
  ])
  expect(insightOf({ ...PRICE, name: 'weight' }, '°C').facts[0]).toBe('1.5 °C to 990 °C')
  expect(insightOf({ ...PRICE, name: 'sold' }, 'transactions').facts[0]).toBe('1.5 to 990')
  expect(insightOf({ ...PRICE, name: 'risk' }, 'rank').facts[0]).toBe('1.5 to 990')
})

test('a profile writes a number without a needless exponent and a time of texts in full', () => {
  const top = [
    { value: '231.30214e0', count: 6 },
    { value: '2026-03-01 18:30:15', count: 4 },
  ]
  const facts = { rows: 10, missing: 0, invalid: 0, distinct: 2, top, patterns: [] }
  const labels = insightOf({ name: 'reading', type: 'string', facts }).bars.map(({ label }) => label)
  expect(labels[0]).toBe('231.30214')
  expect(labels[1]).toMatch(/:30:15$/)
})

test('the mask of a contract says why values are not shown', () => {
  const facts = { rows: 9, missing: null, invalid: 0, sensitive: true }
  const reasonOf = (mask: string) => insightOf({ name: 'c', type: 'string', facts }, '', '', mask).facts[0]
  expect(reasonOf('cvv')).toBe('Its values are not shown: verification code: never kept.')
  expect(reasonOf('free_text')).toBe(
    'Its values are not shown: a text that people write may hold numbers of cards.',
  )
  expect(reasonOf('')).toBe('Its values are not shown: they are never kept.')
})

test('a value apart from all others is not said again as an outlier, unless there are further outliers', () => {
  const outliers = { outside: 1, fences: ['0', '90'], apart: 1, together: { high: '80' } }
  const facts = { rows: 40, missing: 0, invalid: 0, min: '1', max: '1180', outliers }
  const column = { name: 'yield_kg', type: 'int', facts }
  expect(insightOf(column).look).toEqual(['1 value apart from all others: 1,180, the next is 80'])
  expect(insightOf({ ...column, facts: { ...facts, outliers: { ...outliers, outside: 2 } } }).look).toEqual([
    '1 value apart from all others: 1,180, the next is 80',
    '2 outliers above 90',
  ])
})

test('the bounds of outliers are such that their number is right by the words', () => {
  const outliers = { fences: ['33.545', '35.425'], outside: 7 }
  const facts = { ...PRICE.facts, min: '33.1', max: '35.9', outliers }
  expect(insightOf({ ...PRICE, facts }, '').look).toContain('7 outliers below 33.545 or above 35.425')
  const wholes = { ...facts, min: '1', max: '99', outliers: { fences: ['10.5', '40.5'], outside: 5 } }
  expect(insightOf({ ...PRICE, type: 'int', facts: wholes }, '').look).toContain(
    '5 outliers below 11 or above 40',
  )
})

test('shares of values say that they leave out rows without a value', () => {
  expect(insightOf(PRICE, 'GBP').barsBasis).toBe('Shares are of the 185 rows with a value.')
  const complete = { ...PRICE.facts, missing: 0, invalid: 0 }
  expect(insightOf({ ...PRICE, facts: complete }, 'GBP').barsBasis).toBe('')
})

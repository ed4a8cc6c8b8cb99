import { expect, test } from 'vitest'

import { insightsOf } from './column-insight'

const amount = {
  name: 'customs_value',
  type: 'decimal',
  facts: { rows: 9, missing: 0, min: '1.00', max: '9.00', mean: '4', median: '3', top: [] },
}
const currency = (...codes: string[]) => ({
  name: 'currency',
  type: 'string',
  facts: {
    rows: 9,
    missing: 0,
    distinct: codes.length,
    top: codes.map((value) => ({ value, count: 3 })),
  },
})

test('amounts of several currencies have no mean together, and are shown by currency', () => {
  const [of] = insightsOf([amount, currency('EUR', 'CHF')], {}, 'curated.t')
  expect(of?.facts).toEqual(['in EUR, CHF, by Currency: amounts of several currencies have no mean'])
  expect(of?.byCurrency).toBe(
    'SELECT "currency", count("customs_value") AS amounts, min("customs_value") AS lowest, avg("customs_value") AS mean, max("customs_value") AS highest\nFROM curated.t\nGROUP BY "currency"\nORDER BY 2 DESC',
  )
  expect(of?.typical).toBe('')
})

test('amounts of one currency, amounts with a unit of their own, and other measures have a mean', () => {
  const hasMean = (columns: Parameters<typeof insightsOf>[0], units = {}) =>
    insightsOf(columns, units)[0]?.facts.some((text) => /mean €?4/.test(text))
  expect(hasMean([amount, currency('EUR')])).toBe(true)
  const own = { ...amount, name: 'customs_value_eur' }
  expect(hasMean([own, currency('EUR', 'CHF')], { customs_value_eur: 'EUR' })).toBe(true)
  expect(hasMean([{ ...amount, name: 'weight' }, currency('EUR', 'CHF')])).toBe(true)
})

test('amounts in the unit of the lake are of the currency that their rows name', () => {
  const of = (...codes: string[]) => insightsOf([amount, currency(...codes)], { customs_value: 'GBP' })[0]
  expect(`${of('EUR')?.unit} ${of('EUR')?.facts.join()}`).toMatch(/^EUR .*mean €4/)
  expect(`${of('GBP')?.unit} ${of('GBP')?.facts.join()}`).toMatch(/^GBP .*mean £4/)
  expect(of('GBP', 'EUR')).toMatchObject({ unit: '', typical: '' })
})

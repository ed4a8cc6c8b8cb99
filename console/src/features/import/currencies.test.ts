import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import {
  asTheyAre,
  currencyWords,
  foreignAmounts,
  openCurrencies,
  foreignWords,
  unitsOfFile,
  unstatedAmounts,
  withoutAmounts,
} from './currencies'
import { type Edits, NO_EDITS } from './edits'

const field = (name: string, unit: string): Schemas['ContractField'] => ({
  name,
  title: name,
  type: 'decimal(12,2)',
  required: false,
  may_be_empty: true,
  is_key: false,
  records_past: false,
  unit,
  allowed: [],
  time_zone: '',
  declared_format: {},
  may_be_kept: false,
})

function checked(currencies: Record<string, Record<string, number>>): Schemas['DryRun'] {
  const grid = {
    columns: ['Preis', 'Menge', 'Währung'],
    rows: 63,
    flawed: 0,
    formats: {},
    to_come: {},
    currencies,
    shared_signs: {},
  }
  const fields = [field('list_price', 'GBP'), field('stock', 'items')]
  return { grid, mapping: { fields, columns: [] } } as unknown as Schemas['DryRun']
}
const EDITS: Edits = { ...NO_EDITS, columns: { Preis: 'list_price', Menge: 'stock' } }
const MIXED = checked({ Währung: { EUR: 62, USD: 1 } })

test('amounts in another currency than the dataset wait for a decision', () => {
  const [amounts, ...others] = openCurrencies(MIXED, EDITS)
  expect(others).toEqual([])
  expect(amounts).toMatchObject({ own: 'GBP', rows: { EUR: 62, USD: 1 } })
  expect(currencyWords(amounts?.rows ?? {})).toBe('EUR (62 rows) and USD (1 row)')
})

test('amounts in the currency of the dataset, and files without any, need none', () => {
  expect(foreignAmounts(checked({ Währung: { GBP: 63 } }), EDITS)).toEqual([])
  expect(foreignAmounts(checked({}), EDITS)).toEqual([])
})

test('signs beside the amounts count before a column of codes', () => {
  const result = checked({ Preis: { GBP: 63 }, Währung: { EUR: 63 } })
  expect(foreignAmounts(result, EDITS)).toEqual([])
})

test('amounts whose currency the file does not state are named, until a file with this header came in', () => {
  expect(unstatedAmounts(checked({}), EDITS, undefined)).toEqual({ GBP: ['Preis'] })
  expect(unstatedAmounts(checked({}), EDITS, EDITS)).toEqual({})
  expect(unstatedAmounts(checked({ Preis: { EUR: 63 } }), EDITS, undefined)).toEqual({})
  const ownName = { ...NO_EDITS, columns: { list_price: 'list_price' } }
  expect(unstatedAmounts(checked({}), ownName, undefined)).toEqual({})
})

test('a decision holds for these currencies, and not for another one of the next file', () => {
  const [amounts] = openCurrencies(MIXED, EDITS)
  if (!amounts) throw new Error('no question')
  expect(openCurrencies(MIXED, asTheyAre(EDITS, amounts))).toEqual([])
  expect(openCurrencies(checked({ Währung: { CHF: 63 } }), asTheyAre(EDITS, amounts))).toHaveLength(1)
  expect(withoutAmounts(EDITS, amounts).columns.Preis).toBeNull()
})

test('figures of a file have the currency that the file states, and no sign where it states several', () => {
  expect(unitsOfFile({ list_price: 'GBP' }, { list_price: { EUR: 62, USD: 1 } })).toEqual({ list_price: '' })
  expect(unitsOfFile({ list_price: 'GBP' }, { list_price: { EUR: 63 } })).toEqual({ list_price: 'EUR' })
  expect(unitsOfFile({ list_price: 'GBP' }, {})).toEqual({ list_price: 'GBP' })
})

test('stored amounts have the currency of the table, and those before the gate that of the file', () => {
  expect(foreignWords('List price', { EUR: 62 }, 'GBP')).toMatch(
    /^List price is stored as GBP; the file wrote .*EUR.*, and nothing was converted\.$/,
  )
  expect(foreignWords('List price', { EUR: 62 })).toMatch(/^List price is in .*EUR.*, as the file says\.$/)
})

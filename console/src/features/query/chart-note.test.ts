import { expect, test } from 'vitest'

import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { notChosenOf } from './chart-choice'
import { chartNotes } from './chart-note'

const SHOWN = { panel: EMPTY_PANEL, columns: [], rows: [], units: {}, note: '', addedUp: [], rowsRead: 20 }

test('a chart says of how many rows it adds some up, by the words of their columns', () => {
  expect(chartNotes(SHOWN)).toBe('')
  expect(chartNotes({ ...SHOWN, addedUp: ['region_name', 'sold_on'], labels: { sold_on: 'Day' } })).toBe(
    'Of these 20 rows, those with the same Region and Day are added up.',
  )
})

test('a chart names the numbers of the answer that it leaves out', () => {
  const labels = { orders: 'Orders' }
  expect(chartNotes({ ...SHOWN, notChosen: ['orders'], labels })).toBe('Orders is not drawn.')
  expect(chartNotes({ ...SHOWN, notChosen: ['orders', 'returns'], labels })).toBe(
    'Orders and Returns are not drawn.',
  )
  expect(chartNotes({ ...SHOWN, notChosen: ['a', 'b', 'c', 'd'] })).toBe(
    '4 further numbers of the answer are not drawn.',
  )
})

test('the second measure of an answer is left out of the suggested chart, and not of one that has it', () => {
  const columns = ['month_on', 'revenue', 'orders'].map((name, at) => ({
    name,
    type: at ? 'double' : 'date',
  }))
  const chosen = (y: string[]) => notChosenOf(columns, { x: 'month_on', y, series: '' })
  expect(chosen(['revenue'])).toEqual(['orders'])
  expect(chosen(['revenue', 'orders'])).toEqual([])
})

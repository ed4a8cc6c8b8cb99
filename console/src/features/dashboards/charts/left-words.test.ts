import { expect, test } from 'vitest'

import { EMPTY_PANEL } from '../empty-panel'
import type { Shown } from './chart-parts'
import { greyWords, logWords } from './left-words'

const PANEL = { ...EMPTY_PANEL, kind: 'line' as const, x: 'month', y: ['sold'], series: 'town' }
const COLUMNS = ['month', 'town', 'sold']

const towns = (...sold: number[]): Shown => ({
  panel: PANEL,
  columns: COLUMNS,
  rows: sold.map((many, at) => ['2010-10-01', `Town ${at}`, many]),
})

test('values of zero that a log scale has no place for are counted and named', () => {
  const shown = towns(5, 0, 7, -1)
  const log = { ...shown, panel: { ...PANEL, scale: 'log' as const } }
  const words =
    '2 values of zero or below have no place on the log scale and are not drawn: Town 1 and Town 3.'
  expect(logWords(log)).toBe(words)
  expect(logWords({ ...log, panel: { ...log.panel, kind: 'scatter' as const } })).toBe(words)
  expect(logWords(shown), 'no log scale').toBe('')
  expect(logWords({ ...log, rows: [['2010-10-01', 'Town 0', null]] }), 'an empty cell').toBe('')
})

test('of lines without a series the measure is named', () => {
  const panel = { ...PANEL, series: '', y: ['sold', 'sent_back'], scale: 'log' as const }
  const shown = { panel, columns: ['month', 'sold', 'sent_back'], rows: [['2010-10-01', 5, 0]] }
  expect(logWords(shown)).toBe(
    '1 value of zero or below has no place on the log scale and is not drawn: Sent back.',
  )
})

test('the series that have no colour of their own are named', () => {
  expect(greyWords(towns(1, 2, 3, 4, 5, 6))).toBe('')
  expect(greyWords(towns(7, 2, 3, 4, 5, 6, 1))).toBe('The 6 largest of 7 have a colour; grey is Town 6.')
  expect(greyWords(towns(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))).toBe(
    'The 6 largest of 12 have a colour; grey are Town 5, Town 4, Town 3, Town 2 and 2 more.',
  )
})

import { expect, test } from 'vitest'

import { EMPTY_PANEL } from '../dashboards/empty-panel'
import { chartNotes } from './chart-note'

const SHOWN = { panel: EMPTY_PANEL, columns: [], rows: [], units: {}, note: '', addedUp: [], rowsRead: 20 }

test('a chart says of how many rows it adds some up, by the words of their columns', () => {
  expect(chartNotes(SHOWN)).toBe('')
  expect(chartNotes({ ...SHOWN, addedUp: ['region_name', 'sold_on'], labels: { sold_on: 'Day' } })).toBe(
    'Of these 20 rows, those with the same Region and Day are added up.',
  )
})

import { expect, test } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS, ofAnswer, withPart } from './edits'
import { answeredEdits } from './use-edits'

const LINES = withPart({ ...NO_EDITS, dataset: '' }, 'Positionen')
const ANSWER = {
  outcome: 'needs_mapping',
  dataset: 'order_items',
  is_remembered: false,
  edits: { ...LINES, cells: [] },
  mapping: {
    dataset: 'order_items',
    fields: [],
    columns: [
      { column: 'Menge', field: 'quantity', is_confident: true },
      { column: 'Artikel', field: 'product_id', is_confident: false },
    ],
  },
} as unknown as Schemas['DryRun']

test('another sheet gets the dataset that its columns show, and the fields that are certain', () => {
  const orders = { ...NO_EDITS, dataset: 'orders', part: '' }
  expect(answeredEdits(orders, LINES, ANSWER)).toEqual({
    ...ofAnswer({ ...LINES, cells: [] }),
    dataset: 'order_items',
    columns: { Menge: 'quantity' },
  })
})

test('no dataset is decided for a person who keeps the part and takes the dataset away', () => {
  expect(answeredEdits(LINES, LINES, ANSWER)).toBe(LINES)
})

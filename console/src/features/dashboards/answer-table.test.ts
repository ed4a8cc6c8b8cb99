import { expect, test } from 'vitest'

import { placeOfMeasure } from './answer-table'

const column = (name: string, type: string) => ({ name, type })
const formats = (...headings: string[]) => headings.map((heading) => ({ heading, text: String }))

test('on a phone the first measure stays beside the two columns that name a row', () => {
  const columns = [column('model', 'varchar'), column('metric', 'varchar'), column('value', 'double')]
  expect(placeOfMeasure(columns, formats('Model', 'Metric', 'Value'), [['a', 'b', 0.5]])).toBe(2)
})

test('a measure without room, or one among the first two columns, changes nothing', () => {
  const columns = [column('model', 'varchar'), column('metric', 'varchar'), column('value', 'double')]
  expect(placeOfMeasure(columns, formats('Model', 'Metric', 'Average order value'), [])).toBe(-1)
  expect(placeOfMeasure(columns, formats('Model', 'Metric', 'Value'), [['a', 'b', 1234567890.5]])).toBe(-1)
  const first = [column('amount', 'double'), column('reason', 'varchar'), column('score', 'double')]
  expect(placeOfMeasure(first, formats('Amount', 'Reason', 'Score'), [])).toBe(-1)
})

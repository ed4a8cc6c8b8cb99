// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { DraftColumn } from './draft-columns'
import { MostlyNumbers, numbersWords } from './draft-numbers'

afterEach(cleanup)

const FACTS = { numbers: 40, others: 20, words: { free: 12, closed: 5 }, different: 5, is_whole: false }
const DUES: DraftColumn = {
  name: 'dues',
  heading: 'dues',
  type: 'TEXT',
  required: true,
  key: false,
  unit: '',
}

function show(column: DraftColumn, hasWords = true) {
  const onChange = vi.fn()
  render(
    <MantineProvider env="test">
      <MostlyNumbers
        of={{ dues: FACTS }}
        columns={[column]}
        drafted={[DUES]}
        titleOf={() => 'Dues'}
        hasWords={() => hasWords}
        onChange={onChange}
      />
    </MantineProvider>,
  )
  return onChange
}

test('a text column with mostly numbers says so, and one click makes it one of numbers', () => {
  const onChange = show(DUES)
  expect(screen.getByRole('note').textContent).toContain(
    'Dues stays text: 40 values are numbers, 20 are words (free in 12, closed in 5 and 3 others). As a number, you decide what each word means.',
  )
  fireEvent.click(screen.getByRole('button', { name: 'Read Dues as a number' }))
  expect(onChange).toHaveBeenCalledWith(0, { ...DUES, type: 'DECIMAL(18,4)' })
})

test('a column that is left out, or that a person made one of numbers, is not offered', () => {
  show({ ...DUES, isLeftOut: true })
  show({ ...DUES, type: 'DECIMAL(18,4)' })
  expect(screen.queryByRole('note')).toBeNull()
})

test('of many words none is decided alone', () => {
  show(DUES, false)
  screen.getByText(/the rows with words wait for a person/)
  expect(numbersWords({ ...FACTS, different: 2 })).toMatch(/\(free in 12, closed in 5\)$/)
})

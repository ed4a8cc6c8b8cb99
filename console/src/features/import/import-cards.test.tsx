// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import { ImportCards } from './import-cards'

afterEach(cleanup)

const column = (name: string, isLeftOut = false) => ({
  name,
  width: 170,
  hasReasons: false,
  header: <span>field of {name}</span>,
  isNumeric: false,
  isLeftOut,
  isPinned: false,
})
const COLUMNS = [column('Nr'), column('Preis'), column('VPE', true)]
const ROWS = [
  { row: 1, cells: ['4711', '13,50', '6'], kind: '' as const, flaws: [] },
  {
    row: 2,
    cells: ['4712', 'auf Anfrage', '6'],
    kind: 'refused' as const,
    flaws: [{ column: 'Preis', rule: 'type', reason: 'Preis is not a number. Write it as 1234,5.' }],
  },
]
const GRID = {
  total: 2,
  at: (index: number) => ROWS[index],
  need: vi.fn(),
  numbers: vi.fn(),
  error: undefined,
}

test('a phone shows one column to decide and one row to correct, its flaw first', () => {
  const onType = vi.fn()
  const onLeaveOut = vi.fn()
  render(
    <MantineProvider>
      <ImportCards
        label="Rows of a.csv"
        columns={COLUMNS}
        asRead={['Nr', 'Preis']}
        rows={GRID}
        cells={{}}
        mayEdit
        hasDecisions
        show="all"
        onType={onType}
        onLeaveOut={onLeaveOut}
      />
    </MantineProvider>,
  )
  screen.getByText('field of Nr')
  screen.getByText('4711 · 4712')
  fireEvent.click(screen.getByRole('button', { name: 'Next column' }))
  screen.getByText('field of Preis')
  fireEvent.click(screen.getByRole('button', { name: 'Next row' }))
  screen.getByText('2 of 2 rows: data row 2')
  screen.getByText(/^Preis has a word, which is no number\. Write the number that is meant/)
  const boxes = screen.getAllByRole<HTMLInputElement>('textbox')
  expect(boxes.map((box) => box.getAttribute('aria-label'))).toEqual(['Value of Preis', 'Value of Nr'])
  const [price] = boxes
  if (!price) throw new Error('no box')
  fireEvent.change(price, { target: { value: '19,90' } })
  expect(onType).not.toHaveBeenCalled() // only what is finished is checked
  fireEvent.blur(price)
  expect(onType).toHaveBeenCalledWith('Preis', [2], ['19,90'])
  fireEvent.click(screen.getByRole('button', { name: 'Leave this row out' }))
  expect(onLeaveOut).toHaveBeenCalledWith(2, true)
})

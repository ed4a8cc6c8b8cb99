// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { begun, changed, type History, NO_EDITS, undone, withTexts } from './edits'
import { ImportGrid } from './import-grid'
import { RowChoice } from './row-choice'
import type { GridRows } from './use-grid-rows'

beforeEach(() => {
  for (const side of ['offsetHeight', 'offsetWidth'])
    vi.spyOn(HTMLElement.prototype, side as 'offsetHeight', 'get').mockReturnValue(600)
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const ROWS = ['3.88', '4.01'].map((price, at) => ({ row: at + 1, cells: [price], kind: '', flaws: [] }))
const GRID = {
  total: ROWS.length,
  at: (index: number) => ROWS[index],
  need: () => undefined,
} as unknown as GridRows
const COLUMN = { name: 'Price', width: 150, hasReasons: false, header: 'Price', isNumeric: true } as const

function Work() {
  const [history, setHistory] = useState<History>(begun(NO_EDITS))
  const undo = history.past.length > 0 ? () => setHistory(undone) : undefined
  return (
    <MantineProvider>
      <RowChoice
        result={{ grid: { rows: 2, causes: [] } } as never}
        edits={history.now}
        show="all"
        onShow={vi.fn()}
        undo={undo}
        redo={undefined}
      />
      <ImportGrid
        label="Rows"
        columns={[{ ...COLUMN, isLeftOut: false, isPinned: false }]}
        asRead={['Price']}
        rows={GRID}
        cells={history.now.cells}
        mayEdit
        hasDecisions={false}
        hasSteps={false}
        hasReasons={false}
        hasFlaws={false}
        show="all"
        onType={(column, rows, texts) =>
          setHistory((past) => changed(past, withTexts(past.now, column, rows, texts)))
        }
        onLeaveOut={vi.fn()}
        onMove={vi.fn()}
      />
    </MantineProvider>
  )
}

async function type(text: string): Promise<void> {
  fireEvent.click(await screen.findByText('3.88'))
  fireEvent.keyDown(screen.getByRole('grid'), { key: text.charAt(0) })
  const box = screen.getByLabelText('Value of Price')
  fireEvent.change(box, { target: { value: text } })
  fireEvent.keyDown(box, { key: 'Enter' })
}

test('a typed cell is one change: one click takes it back, and the next row is chosen', async () => {
  render(<Work />)
  await type('abc')
  screen.getByText('abc')
  expect(screen.getByRole('grid').getAttribute('aria-activedescendant')).toBe('cell-1-0')
  fireEvent.click(screen.getByRole('button', { name: 'Undo change' }))
  screen.getByText('3.88')
  expect(screen.queryByRole('button', { name: 'Undo change' })).toBeNull()
})

test('Ctrl+Z takes a change back where no text is typed', async () => {
  render(<Work />)
  await type('abc')
  fireEvent.keyDown(screen.getByRole('grid'), { key: 'z', ctrlKey: true })
  screen.getByText('3.88')
})

test('Ctrl+Z in a box belongs to its text', async () => {
  render(<Work />)
  await type('abc')
  fireEvent.keyDown(screen.getByRole('grid'), { key: 'x' })
  fireEvent.keyDown(screen.getByLabelText('Value of Price'), { key: 'z', ctrlKey: true })
  screen.getByText('abc')
})

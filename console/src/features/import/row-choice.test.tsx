// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { RowChoice } from './row-choice'

afterEach(cleanup)

const RESULT = {
  grid: {
    rows: 42,
    columns: ['Menge', 'Stand', 'Einzelpreis'],
    causes: [
      { column: 'Menge', rule: 'type', rows: 1 },
      { column: 'Stand', rule: 'type', rows: 1 },
      { column: 'Einzelpreis', rule: 'minimum', rows: 1 },
      { column: '', rule: 'ragged_row', rows: 1 },
    ],
  },
  quarantined: 4,
  duplicates: 0,
  reasons: [{ rule: 'type', rows: 2 }],
  mapping: {
    fields: [
      { name: 'quantity', type: 'int' },
      { name: 'updated_at', type: 'timestamp' },
    ],
  },
} as unknown as Schemas['DryRun']

test('each column of a rule is a reason of its own, in words, and shows its rows', () => {
  const onShow = vi.fn()
  render(
    <MantineProvider>
      <RowChoice
        result={RESULT}
        edits={{ ...NO_EDITS, columns: { Menge: 'quantity', Stand: 'updated_at' } }}
        show="all"
        onShow={onShow}
        undo={undefined}
        redo={undefined}
      />
    </MantineProvider>,
  )
  const choice = screen.getByLabelText<HTMLSelectElement>('Rows by reason')
  expect([...choice.options].map((option) => option.text)).toEqual([
    'by reason …',
    '1: Menge is not a number',
    '1: Stand is not a date',
    '1: Einzelpreis is below the lowest value allowed',
    '1: a row has another number of cells than the header',
  ])
  fireEvent.change(choice, { target: { value: 'column_2-type' } })
  expect(onShow).toHaveBeenCalledWith('column_2-type')
})

test.each([
  ['future_date', '1 with a date in the future'],
  ['column_1', '1 in Menge'],
])('a filter from beside the grid has its own button, which is on (%s)', (show, name) => {
  const result = {
    ...RESULT,
    outcome: 'done',
    grid: { ...RESULT.grid, flawed_cells: { Menge: 1 }, to_come: { Stand: { rows: 1 } } },
    mapping: { fields: [{ name: 'updated_at', type: 'timestamp', records_past: true }] },
    edits: { left_out: [], columns: { Stand: 'updated_at' } },
  } as unknown as Schemas['DryRun']
  render(
    <MantineProvider>
      <RowChoice
        result={result}
        edits={{ ...NO_EDITS, columns: { Stand: 'updated_at' } }}
        show={show}
        onShow={vi.fn()}
        undo={undefined}
        redo={undefined}
      />
    </MantineProvider>,
  )
  expect(screen.getByRole('button', { name }).getAttribute('aria-pressed')).toBe('true')
})

// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { EmptyWords } from './empty-words'

afterEach(cleanup)

const field = (name: string, type: string, may_be_empty = true) => ({ name, title: name, type, may_be_empty })
const result = {
  grid: {
    refused_values: {
      UVP: { 'auf Anfrage': 2, 'n/a': 1, '12.3.4': 1 },
      Stand: { '31.02.2026': 1 },
      Menge: { keine: 3 },
      Farbe: { rosa: 1 },
    },
  },
  mapping: {
    fields: [
      field('list_price', 'decimal'),
      field('updated_at', 'timestamp'),
      field('quantity', 'int', false),
      field('colour', 'string'),
    ],
  },
} as unknown as Schemas['DryRun']
const EDITS = {
  ...NO_EDITS,
  columns: { UVP: 'list_price', Stand: 'updated_at', Menge: 'quantity', Farbe: 'colour' },
}

test('refused words in a column that may be empty become empty at once, and mistyped values do not', () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <EmptyWords result={result} edits={EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getAllByRole('group')).toHaveLength(1)
  screen.getByText(
    'UVP as list_price: “auf Anfrage”, “n/a” are no values of it, and list_price may be empty.',
  )
  fireEvent.click(screen.getByRole('button', { name: 'Take them as empty (3 rows)' }))
  expect(onChange).toHaveBeenCalledWith({
    ...EDITS,
    steps: [
      {
        kind: 'map',
        column: 'UVP',
        text: '',
        search: '',
        values: { 'auf Anfrage': '', 'n/a': '' },
        into: [],
      },
    ],
  })
})

// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { EmptyCells, EmptyWords } from './empty-words'

vi.mock('./use-optional-field', () => ({
  useOptionalField: (_dataset: string, _isOn: boolean, onMade: (field: string) => void) => ({
    make: onMade,
    createdBy: '',
    error: undefined,
  }),
}))

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
      <EmptyWords result={result} edits={EDITS} onChange={onChange} onMap={vi.fn()} />
    </MantineProvider>,
  )
  expect(screen.getAllByRole('group')).toHaveLength(2)
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

test('refused words in a column of numbers become 0 at once, or each of them any value', () => {
  const [onChange, onMap] = [vi.fn(), vi.fn()]
  render(
    <MantineProvider>
      <EmptyWords result={result} edits={EDITS} onChange={onChange} onMap={onMap} />
    </MantineProvider>,
  )
  screen.getByText('Menge as quantity: “keine” is no value of it.')
  const required = within(screen.getByRole('group', { name: 'Words in Menge' }))
  expect(required.queryByRole('button', { name: /empty/ })).toBeNull()
  fireEvent.click(required.getByRole('button', { name: 'Take it as 0 (3 rows)' }))
  const values = { keine: '0' }
  const step = { kind: 'map', column: 'Menge', text: '', search: '', values, into: [] }
  expect(onChange).toHaveBeenCalledWith({ ...EDITS, steps: [step] })
  fireEvent.click(required.getByRole('button', { name: 'Map it …' }))
  expect(onMap).toHaveBeenCalledWith('Menge')
})

test('a word among days is never taken as 0', () => {
  const days = { ...result, grid: { refused_values: { Stand: { nie: 1 } } } } as unknown as Schemas['DryRun']
  render(
    <MantineProvider>
      <EmptyWords result={days} edits={EDITS} onChange={vi.fn()} onMap={vi.fn()} />
    </MantineProvider>,
  )
  screen.getByRole('button', { name: 'Take it as empty (1 row)' })
  expect(screen.queryByRole('button', { name: /as 0/ })).toBeNull()
})

test('a required column with words is made optional, and its words become empty', () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <EmptyWords result={result} edits={EDITS} onChange={onChange} onMap={vi.fn()} />
    </MantineProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Make quantity optional' }))
  expect(onChange).toHaveBeenCalledWith(
    expect.objectContaining({ steps: [expect.objectContaining({ column: 'Menge', values: { keine: '' } })] }),
  )
})

test('a required column with empty cells is made optional, and the gate checks its rows again', () => {
  const causes = [
    { column: 'Menge', rule: 'required', rows: 3 },
    { column: 'UVP', rule: 'minimum', rows: 1 },
  ]
  const waiting = { ...result, grid: { refused_values: {}, causes } } as unknown as Schemas['DryRun']
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <EmptyCells result={waiting} edits={EDITS} onChange={onChange} />
    </MantineProvider>,
  )
  expect(screen.getAllByRole('group')).toHaveLength(1)
  screen.getByText('Menge as quantity is empty in 3 rows, and each row needs a value.')
  fireEvent.click(screen.getByRole('button', { name: 'Make quantity optional' }))
  expect(onChange).toHaveBeenCalledWith(EDITS)
  expect(onChange.mock.calls[0]?.[0]).not.toBe(EDITS)
})

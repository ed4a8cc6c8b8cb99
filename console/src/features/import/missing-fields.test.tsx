// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { NO_EDITS } from './edits'
import { MissingFields } from './missing-fields'
import { withoutColumn } from './suggested-fields'

afterEach(cleanup)

const field = (name: string, title: string, mayBeEmpty: boolean): Schemas['ContractField'] => ({
  name,
  title,
  type: 'string',
  required: true,
  may_be_empty: mayBeEmpty,
  is_key: false,
  records_past: false,
  unit: '',
  allowed: [],
  time_zone: '',
  declared_format: {},
  may_be_kept: false,
})
const NOTHING = { grid: null, mapping: null }
const SSN = field('ssn', 'Ssn', true)
const REGION = field('region_id', 'Region id', false)

test('a person says that the file has no values of a masked field, and invents none', () => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <MissingFields
        fields={[SSN, REGION]}
        result={NOTHING}
        edits={{ ...NO_EDITS, dataset: 'customers' }}
        onChange={onChange}
      />
    </MantineProvider>,
  )
  expect(screen.queryByRole('button', { name: 'The file has no Region id' })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'The file has no Ssn' }))
  expect(onChange).toHaveBeenCalledWith(
    expect.objectContaining({
      columns: { ssn: 'ssn' },
      steps: [expect.objectContaining({ kind: 'default', column: 'ssn', text: '' })],
    }),
  )
})

test('a required field becomes optional for who may change the dataset, and others read whom to ask', () => {
  const make = vi.fn()
  const show = (optional: { make: typeof make | undefined; createdBy: string }) =>
    render(
      <MantineProvider>
        <MissingFields
          fields={[REGION]}
          result={NOTHING}
          edits={{ ...NO_EDITS, dataset: 'customers' }}
          onChange={vi.fn()}
          optional={{ ...optional, error: null }}
        />
      </MantineProvider>,
    )
  show({ make, createdBy: '' })
  fireEvent.click(screen.getByRole('button', { name: 'Make Region id optional' }))
  expect(make).toHaveBeenCalledWith('region_id')
  cleanup()
  show({ make: undefined, createdBy: 'ana' })
  expect(screen.queryByRole('button', { name: 'Make Region id optional' })).toBeNull()
  screen.getByText(/ask ana or an operator to make it optional/)
})

test('fields that the file needs stand before those that may be empty, which alone are not called missing', () => {
  const show = (fields: (typeof SSN)[]) =>
    render(
      <MantineProvider>
        <MissingFields
          fields={fields}
          result={NOTHING}
          edits={{ ...NO_EDITS, dataset: 'customers' }}
          onChange={vi.fn()}
        />
      </MantineProvider>,
    )
  show([SSN, REGION])
  screen.getByText('Missing:')
  screen.getByText('No column yet for')
  expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual([
    'Region id …',
    'Ssn …',
    'The file has no Ssn',
  ])
  cleanup()
  show([SSN])
  screen.getByText('No column yet for')
  expect(screen.queryByText('Missing:')).toBeNull()
})

test('what may be empty is not called required', () => {
  expect(withoutColumn([SSN, REGION])).toBe('No column for Region id yet.')
  expect(withoutColumn([SSN])).toBe('Choose the column of Ssn, or say that the file has none.')
})

test.each([
  ['boolean', 'true', 'true'],
  ['date', '2026-10-01', '2026-10-01'],
  ['timestamp', '2026-10-01T08:30', '2026-10-01 08:30:00'],
])('a value of all rows is chosen by the type of the field: %s', (type, typed, set) => {
  const onChange = vi.fn()
  render(
    <MantineProvider>
      <MissingFields
        fields={[{ ...field('since', 'Since', false), type }]}
        result={NOTHING}
        edits={{ ...NO_EDITS, dataset: 'products' }}
        onChange={onChange}
      />
    </MantineProvider>,
  )
  fireEvent.click(screen.getByRole('button', { name: 'Since …' }))
  screen.getByText('Since')
  fireEvent.change(screen.getByLabelText('Since for all rows'), { target: { value: typed } })
  fireEvent.click(screen.getByRole('button', { name: 'Set for all' }))
  expect(onChange).toHaveBeenCalledWith(
    expect.objectContaining({ steps: [expect.objectContaining({ kind: 'default', text: set })] }),
  )
})

test('a missing day may be that of another column', () => {
  const onChange = vi.fn()
  const UPDATED = { ...field('updated_at', 'Updated', false), type: 'timestamp' }
  const result = {
    grid: {
      columns: ['Nr', 'Bestelldatum', 'Lieferdatum'],
      formats: {
        Bestelldatum: { kind: 'date', format: { patterns: ['dd.MM.yyyy'] }, others: 0 },
        Lieferdatum: { kind: 'date', format: { patterns: ['yyyy/MM/dd'] }, others: 0 },
      },
    },
    mapping: { fields: [UPDATED, { ...field('ordered_at', 'Ordered at', false), type: 'timestamp' }] },
  } as unknown as Pick<Schemas['DryRun'], 'grid' | 'mapping'>
  const edits = { ...NO_EDITS, dataset: 'orders', columns: { Nr: 'order_id', Bestelldatum: 'ordered_at' } }
  render(
    <MantineProvider>
      <MissingFields fields={[UPDATED, REGION]} result={result} edits={edits} onChange={onChange} />
    </MantineProvider>,
  )
  screen.getByRole('button', { name: 'Updated as Lieferdatum' })
  expect(screen.queryByRole('button', { name: 'Region id as Ordered at' })).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Updated as Ordered at' }))
  expect(onChange).toHaveBeenCalledWith({
    ...edits,
    columns: { ...edits.columns, updated_at: 'updated_at' },
    formats: { updated_at: { patterns: ['dd.MM.yyyy'] } },
    steps: [
      {
        kind: 'join',
        column: 'updated_at',
        text: '',
        search: '',
        values: {},
        into: ['Bestelldatum'],
      },
    ],
  })
})

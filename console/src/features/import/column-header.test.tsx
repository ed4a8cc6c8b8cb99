// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { type ComponentProps } from 'react'
import { afterEach, expect, test, vi } from 'vitest'

import { ColumnHeader } from './column-header'

afterEach(cleanup)

const PROPS = {
  name: 'Varugrupp',
  title: 'Varugrupp',
  field: 'category',
  fields: [],
  suggestion: undefined,
  readAs: undefined,
  format: undefined,
  flawed: 1,
  isChecked: true,
  isAsked: false,
  newValues: { values: ['Kök', 'Trädgård', 'Textil', 'Belysning'] },
  toCome: undefined,
  hidesValues: false,
  steps: [],
  onField: vi.fn(),
  onFormat: vi.fn(),
  onAction: vi.fn(),
  onShow: vi.fn(),
} as unknown as ComponentProps<typeof ColumnHeader>

test('a column with an error still names the values that its field does not have yet', () => {
  render(
    <MantineProvider>
      <ColumnHeader {...PROPS} />
    </MantineProvider>,
  )
  screen.getByRole('button', { name: '1 error' })
  expect(screen.getByRole('button', { name: '4 new values' }).title).toContain('Belysning')
})

test('values that the list of a column does not have are named with their rows', () => {
  render(
    <MantineProvider>
      <ColumnHeader {...PROPS} flawed={0} newValues={{ values: ['anulowana'], rows: 22 }} />
    </MantineProvider>,
  )
  const button = screen.getByRole('button', { name: '22 rows with 1 new value: anulowana' })
  expect(button.title).toBe('None of the allowed values: anulowana')
})

test('a proposed field and a proposed format say why, to a pointer and to the keyboard', async () => {
  const title = 'Net amount'
  const props = {
    fields: [{ name: 'net', title, type: 'decimal(10,2)' }],
    flawed: 0,
    newValues: { values: [] },
    suggestion: { field: 'net', reason: 'The name is an alias of the field.' },
  } as unknown as Partial<ComponentProps<typeof ColumnHeader>>
  const shown = (own: Partial<ComponentProps<typeof ColumnHeader>>) => (
    <MantineProvider env="test">
      <ColumnHeader {...PROPS} {...props} {...own} />
    </MantineProvider>
  )
  const { rerender } = render(shown({ field: undefined }))
  while (document.activeElement?.textContent !== 'Net amount?') await userEvent.tab()
  expect((await screen.findByRole('tooltip')).textContent).toBe('The name is an alias of the field.')
  const format = { decimal: ',' }
  rerender(shown({ field: 'net', readAs: { kind: 'decimal', format } }))
  await userEvent.hover(screen.getByRole('button', { name: 'decimal comma?' }))
  expect((await screen.findByRole('tooltip')).textContent).toBe(
    'Nearly all values of the column are written in this format.',
  )
})

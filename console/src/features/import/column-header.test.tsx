// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
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
  newValues: ['Kök', 'Trädgård', 'Textil', 'Belysning'],
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

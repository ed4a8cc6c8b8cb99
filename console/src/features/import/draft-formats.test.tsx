// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import type { DraftColumn } from './draft-columns'
import { DraftFormats, keptFormat, type TextFormat } from './draft-formats'

const THOUSANDS: TextFormat = { kind: 'number', answer: '1,234', waiting: 0, format: { thousands: ',' } }
const DECIMALS: TextFormat = { kind: 'number', answer: '1234,5', waiting: 0, format: { decimal: ',' } }

const column = (type: string, format: Record<string, unknown>): DraftColumn => ({
  name: 'menge',
  heading: 'menge',
  type,
  required: false,
  key: false,
  unit: '',
  answered: {
    name: 'menge',
    physicalType: type,
    customProperties: [{ property: 'headgate.format', value: format }],
  },
})

test('a column keeps its chosen format with another type', () => {
  expect(keptFormat([THOUSANDS, DECIMALS], column('BIGINT', { decimal: ',' }))).toBe(DECIMALS)
  expect(keptFormat([THOUSANDS, DECIMALS], column('BIGINT', { decimal: '.' }))).toBe(THOUSANDS)
})

test('whole numbers become numbers with decimals by the choice of a format that has some', async () => {
  const changed = vi.fn<(column: DraftColumn) => void>()
  render(
    <MantineProvider>
      <DraftFormats
        column={column('BIGINT', { thousands: ',' })}
        title="Menge"
        formats={[THOUSANDS, DECIMALS]}
        onChange={changed}
      />
    </MantineProvider>,
  )
  await userEvent.selectOptions(screen.getByLabelText('How to read Menge'), '1234,5')
  expect(changed.mock.calls[0]?.[0]).toMatchObject({ type: 'DECIMAL(18,4)' })
})

// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'

import { ColumnCards } from './profile-view'

afterEach(cleanup)

const column = (name: string, missing: number) => ({
  name,
  type: 'string',
  facts: { rows: 10, missing, missing_share: String(missing / 10), distinct: missing === 10 ? 0 : 2 },
})

test('columns without any value are folded behind one line', () => {
  render(
    <MantineProvider>
      <ColumnCards columns={[column('note', 10), column('colour', 1), column('fax', 10)]} />
    </MantineProvider>,
  )
  const folded = screen.getByText('2 columns without any value').closest('details')
  expect(folded?.open).toBe(false)
  expect([...(folded?.querySelectorAll('h3') ?? [])].map(({ title }) => title)).toEqual(['note', 'fax'])
  expect(screen.getByText('Colour').closest('details')).toBeNull()
})

test('where no column has a value, none is folded', () => {
  render(
    <MantineProvider>
      <ColumnCards columns={[column('note', 10)]} />
    </MantineProvider>,
  )
  expect(screen.getByText('Note').closest('details')).toBeNull()
})

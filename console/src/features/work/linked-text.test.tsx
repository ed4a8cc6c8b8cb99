// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { LinkedText } from './linked-text'

const KEY = { name: 'trip_id', type: 'varchar', personal: false, primary_key: true, references: '' }

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () =>
    Promise.resolve(Response.json({ tables: [{ name: 'trips', system: '', columns: [KEY], amount: [] }] })),
  )
})
afterEach(cleanup)

const show = (text: string, id = '536') =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <p>
          <LinkedText
            text={text}
            cells={[
              { name: 'value', value: Number(id) },
              { name: 'trip_id', value: id },
            ]}
          />
        </p>
      </QueryClientProvider>
    </MantineProvider>,
  )

test('the id of a row in a text leads to that row', async () => {
  show('Sold 5360 on trip 536.')
  const link = await screen.findByRole('link', { name: '536' })
  expect(link.getAttribute('href')).toBe('#/rows/trips/536')
  expect(screen.getByText(/^Sold 5360 on trip/).textContent).toBe('Sold 5360 on trip 536.')
})

test('a short id is a link only behind the name of its column', async () => {
  show('Late after 43 days, on trip 43.', '43')
  const link = await screen.findByRole('link', { name: '43' })
  expect(link.previousSibling?.textContent).toBe('Late after 43 days, on trip ')
  cleanup()
  show('Late after 43 days.', '43')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByRole('link')).toBeNull()
})

test('a number that only has the digits of the id is no link', async () => {
  show('Sold £536 and 536.5, not 5360.')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByRole('link')).toBeNull()
})

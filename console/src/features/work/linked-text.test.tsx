// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { LinkedText } from './linked-text'

const KEY = { name: 'trip_id', type: 'varchar', personal: false, primary_key: true, references: '' }
const DOOR = { ...KEY, name: 'door_id', primary_key: false }
const TRIPS = { name: 'trips', system: '', columns: [KEY], amount: [] }
const ODD_TRIPS = { name: 'odd_trips', system: 'hub', columns: [KEY, DOOR], amount: [] }

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ tables: [TRIPS, ODD_TRIPS] })))
})
afterEach(cleanup)

const show = (text: string, id = '536') =>
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <p>
          <LinkedText
            text={text}
            table="odd_trips"
            cells={[
              { name: 'value', value: Number(id) },
              { name: 'trip_id', value: id },
              { name: 'door_id', value: 81 },
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

test('each id of a text is a link, and one that no dataset lists leads to all rows with it', async () => {
  show('Ask about trip 536, and look at door 81: 81 days after trip 536.')
  const door = await screen.findByRole('link', { name: '81' })
  expect(door.getAttribute('href')).toBe('#/tables/hub/odd_trips?filter=door_id%3Aeq%3A81')
  expect(door.previousSibling?.textContent).toBe(', and look at door ')
  expect(screen.getAllByRole('link').map(({ textContent }) => textContent)).toEqual(['536', '81'])
})

test('a number that only has the digits of the id is no link', async () => {
  show('Sold £536 and 536.5, not 5360.')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(screen.queryByRole('link')).toBeNull()
})
